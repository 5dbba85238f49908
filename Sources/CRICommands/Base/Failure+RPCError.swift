package import CRI
package import CRICommandLine

extension Failure {
  /// The failure for an error of a call about the runtime as a whole, with a remedy. For such a call, NOT_FOUND is an
  /// error like any other; see `init(_:about:_:)`.
  /// - Parameter endpoint: The endpoint to name if the error itself does not name one.
  package init(_ error: RPCError, _ endpoint: Endpoint? = nil) {
    if case .cannotConnect(_, .noMemory) = error.cause {
      self = .noThread
      return
    }
    let path: String? =
      switch error.cause {
      case .deadlineExceeded, .notResponding, .connectionLost, .undecodable: endpoint?.path
      default: nil
      }
    var text = path.map { "\($0): \(error)" } ?? "\(error)"
    if case .deadlineExceeded = error.cause {
      text = Crictl.words("\(text): DeadlineExceeded: context deadline exceeded", or: text)
    }
    let parts = [text, Self.remedy(for: error)]
    self.init(Self.code(of: error), parts.compactMap { $0 }.joined(separator: "; "))
  }

  private static func code(of error: RPCError) -> ExitCodes {
    switch error.cause {
    case .cannotConnect(_, .permissionDenied), .cannotConnect(_, .notPermitted): .forbidden
    case .cannotConnect, .notGRPC, .connectionLost, .cancelled: .unreachable
    case .deadlineExceeded, .notResponding: .timedOut
    case .status where error.isUnknownService || error.isNotInitialized: .unreachable
    case .status where error.isAmbiguous: .ambiguous
    case .status(let status):
      switch status.code {
      case .permissionDenied, .unauthenticated: .forbidden
      case .deadlineExceeded: .timedOut
      default: .failed
      }
    case .responseTooLarge, .responseOverLimit: .overLimit
    case .undecodable, .invalidMetadata, .noEvents: .failed
    }
  }

  private static func remedy(for error: RPCError) -> String? {
    switch error.cause {
    case .cannotConnect(_, .noSuchFile):
      "check that the runtime is running, or specify its socket with --runtime-endpoint or --image-endpoint"
    case .cannotConnect(_, .permissionDenied): "run as root, or as a user who may open the socket"
    case .cannotConnect(_, .connectionRefused): "the runtime is not running, and left its socket behind; start it"
    case .cannotConnect(_, .notASocket): "specify the runtime's socket with --runtime-endpoint"
    case .notGRPC: "specify the runtime's CRI socket with --runtime-endpoint"
    case .connectionLost: "the runtime stopped or was restarted; run cri wait"
    case .undecodable: "check that this is the socket of a CRI runtime, or specify another one with --runtime-endpoint"
    case .deadlineExceeded: "specify a longer --timeout, or check the runtime with cri wait"
    case .notResponding: "it may be stopped or overloaded; cri wait reports when it responds again"
    case .responseTooLarge, .responseOverLimit:
      "a working runtime sends smaller responses; check what serves the socket, or select fewer objects with a filter"
    case .status where error.isNotInitialized: "it is starting; run cri wait"
    case .status where error.isUnknownService && Globals.current.api != nil && Globals.current.api != .auto:
      "the runtime does not serve this version of the CRI; try --api auto"
    case .status where error.isAmbiguous: "specify a longer prefix of the ID"
    case .status where error.isUnknownService:
      "its CRI plugin is disabled or failed to load, or the runtime is too old, or this is another daemon's socket"
    default: nil
    }
  }
}
