package import CRI
internal import CRIText

/// A command that could not do what it was asked: one line for a person, and a code for scripts.
package struct Failure: Error, Hashable, Sendable {
  package let code: ExitCodes
  /// What is wrong and what helps; control characters are made visible when it is printed.
  package let message: String

  package init(_ code: ExitCodes, _ message: String) {
    self.code = code
    self.message = message
  }

  /// An error of a call, with what to do about it.
  /// - Parameter endpoint: named where the error itself does not say who did not answer.
  package init(_ error: RPCError, _ endpoint: Endpoint? = nil) {
    let place: String? =
      switch error {
      case .deadlineExceeded, .connectionLost, .undecodable: endpoint?.path
      default: nil
      }
    let words = [place.map { "\($0): \(error)" } ?? "\(error)", Self.remedy(for: error)]
    self.init(Self.code(of: error), words.compactMap { $0 }.joined(separator: "; "))
  }

  private static func code(of error: RPCError) -> ExitCodes {
    switch error {
    case .cannotConnect(_, .permissionDenied), .cannotConnect(_, .notPermitted): .forbidden
    case .cannotConnect, .notGRPC, .connectionLost, .cancelled: .unreachable
    case .deadlineExceeded: .late
    case .status where error.isUnknownService || error.isNotInitialized: .unreachable
    case .status where error.isAmbiguous: .ambiguous
    case .status(let status):
      switch status.code {
      case .notFound: .notFound
      case .permissionDenied, .unauthenticated: .forbidden
      case .deadlineExceeded: .late
      default: .failed
      }
    case .answerTooLarge, .undecodable: .failed
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
    case .answerTooLarge: nil
    case .status where error.isNotInitialized: "it is starting: cri wait"
    case .status where error.isUnknownService && Globals.current.api != nil && Globals.current.api != .auto:
      "the runtime does not serve this version, or no CRI at all: try --api auto"
    case .status where error.isAmbiguous: "write more of the ID"
    case .status where error.isUnknownService:
      "the runtime's CRI plugin is disabled or failed to load, or the runtime is too old, or this is another daemon's socket"
    default: nil
    }
  }

  /// The line as it goes to standard error.
  package var line: String { "\(Program.name): \(Program.named(Sanitizer.visible(message)))\n" }
}

/// What `cri` ends with.
package enum ExitCodes: Int32, Hashable, Sendable {
  /// Done; for diff and verify: nothing changed, nothing lost.
  case done = 0
  /// The runtime answered with an error; for diff: different; for verify: state is lost.
  case failed = 1
  /// Wrong usage, or a file that cannot be used; for diff: any trouble.
  case usage = 2
  /// The runtime could not be reached or does not serve the CRI; for verify, preflight, snapshot and wait: whatever
  /// kept them from what they are for.
  case unreachable = 3
  /// For verify: there was nothing to verify, or the change did not happen.
  case vacuous = 4
  /// For preflight: pods, containers or the daemon would be lost.
  case lossPredicted = 5
  /// For guard: the guarded command failed, and nothing is lost.
  case commandFailed = 6
  /// No object has this ID or name, or none matches.
  case notFound = 7
  /// More than one object has an ID that begins so, or this name.
  case ambiguous = 8
  /// The socket or a log may not be opened by this user, or the runtime refuses to serve it.
  case forbidden = 9
  /// No answer within the time for a call.
  case late = 10

  /// Whether asking again later may help.
  var mayPass: Bool { self == .unreachable || self == .late }

  /// Of a check: why it came to no verdict makes no difference, and 1 would say that state is lost.
  var unverified: ExitCodes { self == .usage ? .usage : .unreachable }
}
