public import CRISystem

/// Why a call failed. Every case carries its facts as values, so that no caller needs to parse a message.
public enum RPCError: Error, Hashable, Sendable {
  /// The connection could not be established: the path does not exist, is not a socket or cannot be accessed, or no
  /// process listens on it. The error number says which.
  case cannotConnect(path: String, Errno)
  /// The server at the path does not speak gRPC over HTTP/2.
  case notGRPC(path: String, reason: String)
  /// The runtime returned an error status.
  case status(RPCStatus)
  /// The call did not complete within its timeout.
  case deadlineExceeded(method: String)
  /// The server stopped responding: it acknowledged no HTTP/2 frame for this long (see `KeepAlive`). It may or may not
  /// have executed the call.
  case notResponding(method: String, after: Duration)
  /// The calling task was cancelled. The runtime was notified with RST_STREAM.
  case cancelled(method: String)
  /// The connection ended during the call. The runtime may or may not have executed it.
  case connectionLost(method: String, reason: String)
  /// A response message is larger than the client's limit. Both sizes are in bytes.
  case answerTooLarge(method: String, size: Int, limit: Int)
  /// Decoding the response would take more memory than its size justifies. Nothing of it was kept.
  case answerOverLimit(method: String, AnswerExcess)
  /// The response violates gRPC's framing or is not a valid message of the expected type.
  case undecodable(method: String, reason: String)
}

extension RPCError: CustomStringConvertible {
  /// One line without a remedy. It contains the runtime's message unchanged, with any characters that the runtime sent.
  public var description: String {
    switch self {
    case .cannotConnect(let path, let errno): "cannot connect to \(path): \(errno)"
    case .notGRPC(let path, let reason): "\(path) is not a gRPC server: \(reason)"
    case .status(let status): "\(name(status.method)): \(status.code): \(status.message)"
    case .deadlineExceeded(let method): "\(name(method)): timed out waiting for the response"
    case .notResponding(let method, let time):
      "\(name(method)): the server has stopped responding: it acknowledged nothing for \(time)"
    case .cancelled(let method): "\(name(method)): cancelled"
    case .connectionLost(let method, let reason): "\(name(method)): connection lost: \(reason)"
    case .answerTooLarge(let method, let size, let limit):
      "\(name(method)): the response has \(size) bytes; the limit is \(limit)"
    case .answerOverLimit(let method, let excess): "\(name(method)): the response exceeds a limit: \(excess)"
    case .undecodable(let method, let reason): "\(name(method)): invalid response: \(reason)"
    }
  }

  /// The name of the method: the last component of its path.
  private func name(_ method: String) -> Substring {
    method.split(separator: "/").last ?? Substring(method)
  }
}

extension RPCError {
  /// The status code that the runtime returned; nil if the call failed in another way.
  public var statusCode: StatusCode? {
    if case .status(let status) = self { status.code } else { nil }
  }
}
