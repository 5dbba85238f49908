/// A state that no CRI message represents.
public enum ValueStatus: String, Hashable, Sendable, CaseIterable {
  case ready, notReady
  case running, notRunning
  /// The object or process does not exist.
  case gone
  /// The process is a zombie: it has exited, but its parent has not waited for it.
  case ended
  /// The process does not exist, although the runtime reports its object as ready or running.
  case goneUnnoticed
  /// The pid belongs to a different process.
  case otherProcess
  case open, closed
  case known, unknown
  case changed
  /// The value is the same as before.
  case unchanged
  /// The sandbox is the same and is ready.
  case unchangedAndReady
  case good
  case works, fails, notTried
  case listed, notListed
  /// The sandbox is listed, but none of its containers is.
  case withoutContainers
  case pinned, notPinned
  case isTrue
  /// The file is not a network namespace.
  case notANamespace
}
