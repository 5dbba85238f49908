internal import Glibc

/// Runs other programs.
package enum ChildProcess {
  /// How a process ended.
  package enum Ending: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)

    /// Decodes a status from wait(2). The corresponding C macros are WIFEXITED, WEXITSTATUS and WTERMSIG.
    init(status: Int32) { self = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: status & 0x7f) }
  }

  /// Runs a command until it exits, with our standard input, output and error. The program is looked up in PATH. The
  /// corresponding C function is `posix_spawnp`.
  /// - Parameters:
  ///   - outputToErrors: Whether the command's standard output goes to our standard error, for callers that print a
  ///     document.
  ///   - survivesHangUp: Whether the command, and we from now on, ignore SIGHUP, as with nohup(1).
  ///   - signals: The signals to catch, which would otherwise terminate us and leave the command without supervision.
  ///   - shouldForward: Called for each such signal; returns whether the command receives it too.
  /// - Returns: How the command ended.
  /// - Throws: The error of a system call, such as `.noSuchFile` if the program does not exist.
  package static func run(
    _ arguments: [String], outputToErrors: Bool = false, survivesHangUp: Bool = false, signals: SignalWatch,
    shouldForward: (SignalWatch.Received) -> Bool = { _ in true }
  ) throws(Errno) -> Ending {
    var pid = pid_t()
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    vector.append(nil)
    defer { for word in vector { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if outputToErrors { posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) }
    // exec resets caught signals to their default action for the command; ignored signals stay ignored.
    if survivesHangUp { signal(SIGHUP, SIG_IGN) }
    let code = posix_spawnp(&pid, arguments.first ?? "", &actions, nil, vector, environ)
    guard code == 0 else { throw Errno(rawValue: code) }
    var status: Int32 = 0
    let child = pid
    while true {
      let hasEnded = try retrying { waitpid(child, &status, WNOHANG) } == child
      // Also take the signals that arrived while the command was ending, because they were meant for it.
      for received in signals.take() where shouldForward(received) && !hasEnded { kill(child, received.number) }
      if hasEnded { return Ending(status: status) }
      // SIGCHLD also ends the wait. The timeout is for the case in which another thread blocks the signal.
      let ready = try? Poll.wait([(signals.descriptor, true, false)], timeout: .seconds(1))
      // An error from poll(2) must not leave the child without supervision.
      if ready == nil { Thread.sleep(.milliseconds(10)) }
    }
  }
}
