public import CRISystem

/// Errors with their details. A client throws them, and tests of code that uses a client can create them.
extension RPCError {
  /// Returns an error with the code `.cannotConnect`.
  /// - Parameter path: The path of the socket.
  public static func cannotConnect(path: String, _ errno: Errno) -> RPCError { Self(.cannotConnect(path: path, errno)) }

  /// Returns an error with the code `.notGRPC`.
  /// - Parameter path: The path of the socket.
  public static func notGRPC(path: String, reason: String) -> RPCError { Self(.notGRPC(path: path, reason: reason)) }

  /// Returns an error with the code `.status`. The status names the method.
  public static func status(_ status: RPCStatus) -> RPCError { Self(.status(status)) }

  /// Returns an error with the code `.deadlineExceeded`.
  /// - Parameters:
  ///   - method: The path of the method.
  ///   - timeout: The timeout of the call; nil if unknown.
  public static func deadlineExceeded(method: String, timeout: Duration?) -> RPCError {
    Self(.deadlineExceeded(method: method, timeout: timeout))
  }

  /// Returns an error with the code `.notResponding`.
  /// - Parameters:
  ///   - method: The path of the method.
  ///   - time: The time during which the server acknowledged nothing.
  public static func notResponding(method: String, after time: Duration) -> RPCError {
    Self(.notResponding(method: method, after: time))
  }

  /// Returns an error with the code `.cancelled`.
  /// - Parameter method: The path of the method.
  public static func cancelled(method: String) -> RPCError { Self(.cancelled(method: method)) }

  /// Returns an error with the code `.connectionLost`.
  /// - Parameter method: The path of the method.
  public static func connectionLost(method: String, reason: String) -> RPCError {
    Self(.connectionLost(method: method, reason: reason))
  }

  /// Returns an error with the code `.responseTooLarge`.
  /// - Parameters:
  ///   - method: The path of the method.
  ///   - size: The size of the message in bytes.
  ///   - limit: The largest accepted size in bytes.
  public static func responseTooLarge(method: String, size: Int, limit: Int) -> RPCError {
    Self(.responseTooLarge(method: method, size: size, limit: limit))
  }

  /// Returns an error with the code `.responseOverLimit`.
  /// - Parameter method: The path of the method.
  public static func responseOverLimit(method: String, _ excess: ResponseExcess) -> RPCError {
    Self(.responseOverLimit(method: method, excess))
  }

  /// Returns an error with the code `.undecodable`.
  /// - Parameter method: The path of the method.
  public static func undecodable(method: String, reason: String) -> RPCError {
    Self(.undecodable(method: method, reason: reason))
  }

  /// Returns an error with the code `.invalidMetadata`.
  /// - Parameter method: The path of the method.
  public static func invalidMetadata(method: String, reason: String) -> RPCError {
    Self(.invalidMetadata(method: method, reason: reason))
  }

  /// Returns an error with the code `.noEvents`.
  /// - Parameter method: The path of the method.
  public static func noEvents(method: String) -> RPCError { Self(.noEvents(method: method)) }
}
