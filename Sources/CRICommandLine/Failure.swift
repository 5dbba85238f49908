/// A command's failure: one line for people, and an exit code for scripts.
package struct Failure: Error, Hashable, Sendable {
  package let code: ExitCodes
  /// The cause and the remedy; control characters are made visible when the message is printed.
  package let message: String

  package init(_ code: ExitCodes, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// The exit codes of `cri`.
package enum ExitCodes: Int32, Hashable, Sendable {
  /// Success; for diff and verify: nothing changed, nothing was lost.
  case done = 0
  /// The runtime returned an error; for diff: there are changes; for verify: state was lost.
  case failed = 1
  /// A usage error, or an unusable file; for diff: any failure.
  case usage = 2
  /// The runtime is not reachable or does not serve the CRI; verify, preflight, snapshot and wait also use it whenever
  /// they cannot produce a result.
  case unreachable = 3
  /// For verify: there was nothing to verify, or the change did not happen.
  case vacuous = 4
  /// For preflight: pods, containers or the daemon would be lost.
  case lossPredicted = 5
  /// For guard: the guarded command failed, and nothing was lost.
  case commandFailed = 6
  /// No object has this ID or name, or no object matches.
  case notFound = 7
  /// Several objects have this name, or an ID with this prefix.
  case ambiguous = 8
  /// The user is not permitted to open the socket or a log, or the runtime denied the call.
  case forbidden = 9
  /// A call timed out.
  case timedOut = 10
  /// A response exceeds a size or memory limit, or the process ran out of memory.
  case overLimit = 11
  /// For exec and attach, as in docker and podman: the session failed, or ended without the command's exit status.
  case sessionFailed = 125
  /// For exec: the program cannot be executed.
  case notExecutable = 126
  /// For exec: the program does not exist in the container.
  case commandNotFound = 127

  /// Whether a retry may succeed.
  package var isTransient: Bool { self == .unreachable || self == .timedOut }

  /// The exit code of a check that has no verdict, whatever the reason: code 1 would mean that state was lost.
  package var unverified: ExitCodes { self == .usage ? .usage : .unreachable }
}
