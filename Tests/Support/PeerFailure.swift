/// The reason why a scripted peer's script failed.
package enum PeerFailure: Error, Hashable {
  /// The awaited event did not happen in time.
  case timedOut(waitingFor: String)
  /// The client disconnected while the script was waiting.
  case clientDisconnected(waitingFor: String)
  /// The test has ended.
  case stopped
}
