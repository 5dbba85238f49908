public import CRISystem

/// Why a call gave no result. Every case carries its facts, so that nobody has to read the words.
public enum RPCError: Error, Hashable, Sendable {
  /// Nobody answers at the socket's path: it is missing, no socket, not permitted, or nobody listens.
  case cannotConnect(path: String, Errno)
  /// Something answers there that does not speak gRPC over HTTP/2.
  case notGRPC(path: String, reason: String)
  /// The runtime answered with an error.
  case status(RPCStatus)
  /// No answer within the call's time.
  case deadlineExceeded(method: String)
  /// The calling task was cancelled; the runtime was told by RST_STREAM.
  case cancelled(method: String)
  /// The connection ended in the middle of the call: the runtime may or may not have carried it out.
  case connectionLost(method: String, reason: String)
  /// The answer is larger than the limit, both in bytes; raise it in the channel's options.
  case answerTooLarge(method: String, size: Int, limit: Int)
  /// The answer breaks gRPC's framing or is not the message it should be.
  case undecodable(method: String, reason: String)
}

extension RPCError: CustomStringConvertible {
  /// One line without a remedy; what the runtime said is in it as it came.
  public var description: String {
    switch self {
    case .cannotConnect(let path, let errno): "cannot connect to \(path): \(errno)"
    case .notGRPC(let path, let reason): "\(path) is not a gRPC server: \(reason)"
    case .status(let status): "\(name(status.method)): \(status.code): \(status.message)"
    case .deadlineExceeded(let method): "\(name(method)): no answer in time"
    case .cancelled(let method): "\(name(method)): cancelled"
    case .connectionLost(let method, let reason): "\(name(method)): connection lost: \(reason)"
    case .answerTooLarge(let method, let size, let limit):
      "\(name(method)): the answer has \(size) bytes, the limit is \(limit)"
    case .undecodable(let method, let reason): "\(name(method)): undecodable answer: \(reason)"
    }
  }

  /// The last part of a method's path.
  private func name(_ method: String) -> Substring {
    method.split(separator: "/").last ?? Substring(method)
  }
}

extension RPCError {
  /// The runtime's status code, where it answered with one.
  public var statusCode: StatusCode? {
    if case .status(let status) = self { status.code } else { nil }
  }
}
