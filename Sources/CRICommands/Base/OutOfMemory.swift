internal import CRICommandLine
internal import CRISystem

extension Failure {
  /// An allocation failed.
  static let outOfMemory = Failure(
    .overLimit, "out of memory; allow more (ulimit -v, the unit's MemoryMax), or select fewer objects with a filter")

  /// A thread cannot be started, because there is no memory for its stack or because of a limit on threads.
  static let noThread = Failure(
    .overLimit,
    "out of memory or threads: cannot start a thread; allow more memory (ulimit -v, the unit's MemoryMax) or threads "
      + "(ulimit -u, the unit's TasksMax)")
}

/// Makes the process exit with a one-line error message and an exit code if an allocation fails.
/// - Parameter code: The exit code; 11 by default.
package func installOutOfMemoryHandler(code: Int32 = ExitCodes.overLimit.rawValue) {
  endWithoutMemory(line: Failure.outOfMemory.line, code: code)
}
