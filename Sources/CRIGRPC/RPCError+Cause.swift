package import CRISystem

extension RPCError {
  /// The failures with their details, which `Code` documents.
  package enum Cause: Hashable, Sendable {
    case cannotConnect(path: String, Errno)
    case notGRPC(path: String, reason: String)
    case status(RPCStatus)
    case deadlineExceeded(method: String, timeout: Duration?)
    case notResponding(method: String, after: Duration)
    case cancelled(method: String)
    case connectionLost(method: String, reason: String)
    case responseTooLarge(method: String, size: Int, limit: Int)
    case responseOverLimit(method: String, ResponseExcess)
    case undecodable(method: String, reason: String)
    case invalidMetadata(method: String, reason: String)
    case noEvents(method: String)

    var code: Code {
      switch self {
      case .cannotConnect: .cannotConnect
      case .notGRPC: .notGRPC
      case .status: .status
      case .deadlineExceeded: .deadlineExceeded
      case .notResponding: .notResponding
      case .cancelled: .cancelled
      case .connectionLost: .connectionLost
      case .responseTooLarge: .responseTooLarge
      case .responseOverLimit: .responseOverLimit
      case .undecodable: .undecodable
      case .invalidMetadata: .invalidMetadata
      case .noEvents: .noEvents
      }
    }
  }
}
