/// Why a scripted peer could not go on.
package enum PeerFailure: Error, Hashable {
  /// What it waited for did not come in time.
  case timedOut(waitingFor: String)
  /// The client went away while it waited.
  case clientGone(waitingFor: String)
  /// The test is over.
  case stopped
}
