/// A command that could not do what it was asked: one line for a person, and a code for scripts.
package struct Failure: Error, Hashable, Sendable {
  package let code: ExitCodes
  /// What is wrong and what helps; control characters are made visible when it is printed.
  package let message: String

  package init(_ code: ExitCodes, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// What `cri` ends with.
package enum ExitCodes: Int32, Hashable, Sendable {
  /// Done; for diff and verify: nothing changed, nothing lost.
  case done = 0
  /// The runtime answered with an error; for diff: different; for verify: state is lost.
  case failed = 1
  /// Wrong usage, or a file that cannot be used; for diff: any trouble.
  case usage = 2
  /// The runtime could not be reached or does not serve the CRI; for verify, preflight, snapshot and wait: whatever
  /// kept them from what they are for.
  case unreachable = 3
  /// For verify: there was nothing to verify, or the change did not happen.
  case vacuous = 4
  /// For preflight: pods, containers or the daemon would be lost.
  case lossPredicted = 5
  /// For guard: the guarded command failed, and nothing is lost.
  case commandFailed = 6
  /// No object has this ID or name, or none matches.
  case notFound = 7
  /// More than one object has an ID that begins so, or this name.
  case ambiguous = 8
  /// The socket or a log may not be opened by this user, or the runtime refuses to serve it.
  case forbidden = 9
  /// No answer within the time for a call.
  case late = 10
  /// An answer exceeds a limit of size or memory, or memory ran out.
  case overLimit = 11

  /// Whether asking again later may help.
  package var mayPass: Bool { self == .unreachable || self == .late }

  /// Of a check: why it came to no verdict makes no difference, and 1 would say that state is lost.
  package var unverified: ExitCodes { self == .usage ? .usage : .unreachable }
}
