/// The reason why a remote command has no result.
package enum RemoteCommandFailure: Error, Hashable, Sendable {
  /// The connection failed.
  case transport(StreamingFailure)
  /// The server rejected a stream.
  case streamRefused(RemoteStream, StreamReset)
  /// The session ended without a final status; the command may still be running.
  case noStatus(String)
  /// The final status violates the protocol.
  case malformedStatus(String, reason: String)
  case statusTooLarge(limit: Int)
}
