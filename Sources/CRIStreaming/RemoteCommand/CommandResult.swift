/// The result of a remote command or an attached session, as the server reports it.
///
/// A result exists only if the server has reported one; a session that ends without it is a failure.
public enum CommandResult: Hashable, Sendable {
  /// The command's exit status, or 128 + n if signal n ended it. For `attach`, 0 means that the session ended normally.
  case exited(status: UInt8)
  /// The server could not run the command, or lost it.
  case failed(RemoteStatus)
  /// The command ended without a reported error, but this version of the protocol (before v4) does not report an exit
  /// status.
  case unreported(RemoteCommandProtocol)
}

/// An error that the server reports on the error stream.
public struct RemoteStatus: Hashable, Sendable {
  /// The server's message, which may contain any characters.
  public var message: String
  /// The reason, such as `InternalError`; empty before v4.
  public var reason: String
  /// The equivalent HTTP status; 0 if none was given.
  public var code: Int

  /// Creates a value with the given properties.
  public init(message: String, reason: String = "", code: Int = 0) {
    self.message = message
    self.reason = reason
    self.code = code
  }
}
