/// A state that no message of the CRI names.
public enum ValueStatus: String, Hashable, Sendable, CaseIterable {
  case ready, notReady
  case running, notRunning
  /// The object or process does not exist.
  case gone
  /// The process has ended, and its parent has not waited for it.
  case ended
  /// Another process has the ID.
  case otherProcess
  case open, closed
  case known, unknown
  /// As it was before.
  case unchanged
  /// The same sandbox, ready.
  case unchangedAndReady
  case good
  case works, fails, notTried
  case listed
  case pinned, notPinned
  case isTrue
  /// The file is not a network namespace.
  case notANamespace
}
