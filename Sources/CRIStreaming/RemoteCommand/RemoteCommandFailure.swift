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

extension RemoteCommandFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    // Memory ran out on this end.
    case .transport(.spdy(.outOfMemory)): "\(SPDYFailure.outOfMemory)"
    case .transport(let failure): "the server violated the protocol: \(failure)"
    case .streamRefused(let stream, let reset): "the server refused the stream \(stream.rawValue): \(reset)"
    case .noStatus(let reason): "the session ended without a final status: \(reason)"
    case .malformedStatus(let text, let reason): "the final status is malformed (\(reason)): \(text.prefix(400))"
    case .statusTooLarge(let limit): "the final status is larger than \(limit) bytes"
    }
  }
}
