package import CRI
package import CRICommandLine

extension Failure {
  /// An error of a call, with what to do about it.
  /// - Parameter endpoint: named where the error itself does not say who did not answer.
  package init(_ error: RPCError, _ endpoint: Endpoint? = nil) {
    let place: String? =
      switch error {
      case .deadlineExceeded, .notResponding, .connectionLost, .undecodable: endpoint?.path
      default: nil
      }
    let words = [place.map { "\($0): \(error)" } ?? "\(error)", Self.remedy(for: error)]
    self.init(Self.code(of: error), words.compactMap { $0 }.joined(separator: "; "))
  }

  private static func code(of error: RPCError) -> ExitCodes {
    switch error {
    case .cannotConnect(_, .permissionDenied), .cannotConnect(_, .notPermitted): .forbidden
    case .cannotConnect, .notGRPC, .connectionLost, .cancelled: .unreachable
    case .deadlineExceeded, .notResponding: .late
    case .status where error.isUnknownService || error.isNotInitialized: .unreachable
    case .status where error.isAmbiguous: .ambiguous
    case .status(let status):
      switch status.code {
      case .notFound: .notFound
      case .permissionDenied, .unauthenticated: .forbidden
      case .deadlineExceeded: .late
      default: .failed
      }
    case .answerTooLarge, .answerOverLimit: .overLimit
    case .undecodable: .failed
    }
  }

  private static func remedy(for error: RPCError) -> String? {
    switch error {
    case .cannotConnect(_, .noSuchFile):
      "is the runtime running? Name its socket with --runtime-endpoint, an image service's with --image-endpoint"
    case .cannotConnect(_, .permissionDenied): "run as root, or as a user who may open the socket"
    case .cannotConnect(_, .connectionRefused): "the runtime is not running (its socket was left behind)"
    case .cannotConnect(_, .notASocket): "name the runtime's socket with --runtime-endpoint"
    case .notGRPC: "name the runtime's CRI socket with --runtime-endpoint"
    case .connectionLost: "the runtime ended or was restarted: cri wait"
    case .undecodable: "is this a CRI runtime's socket? Name it with --runtime-endpoint"
    case .deadlineExceeded: "wait longer with --timeout, or see what it does with cri wait"
    case .notResponding: "it may be stopped or overloaded: cri wait shows when it answers again"
    case .answerTooLarge, .answerOverLimit:
      "no runtime that works has so much to say: check what serves the socket, or select fewer objects with a filter"
    case .status where error.isNotInitialized: "it is starting: cri wait"
    case .status where error.isUnknownService && Globals.current.api != nil && Globals.current.api != .auto:
      "the runtime does not serve this version, or no CRI at all: try --api auto"
    case .status where error.isAmbiguous: "write more of the ID"
    case .status where error.isUnknownService:
      "the runtime's CRI plugin is disabled or failed to load, or the runtime is too old, or this is another daemon's socket"
    default: nil
    }
  }
}
