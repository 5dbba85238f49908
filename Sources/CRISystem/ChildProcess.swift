internal import Glibc

/// A command that runs with our own standard input, output and error.
package enum ChildProcess {
  /// How it ended.
  package enum Ending: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)

    /// What wait(2) tells. The corresponding C macros are WIFEXITED, WEXITSTATUS and WTERMSIG.
    init(status: Int32) { self = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: status & 0x7f) }
  }

  /// Runs a command to its end; the program is looked up in PATH. The corresponding C function is `posix_spawnp`.
  /// - Parameters:
  ///   - outputToErrors: what it prints goes to our standard error, for callers whose output is a document.
  ///   - signals: what would end us meanwhile; we live on, so that the command is never left to itself.
  ///   - isPassedOn: told of each of these; whether the command shall get it too.
  package static func run(
    _ arguments: [String], outputToErrors: Bool = false, signals: SignalWatch,
    isPassedOn: (SignalWatch.Received) -> Bool = { _ in true }
  ) throws(Errno) -> Ending {
    var pid = pid_t()
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    vector.append(nil)
    defer { for word in vector { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if outputToErrors { posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) }
    // Signals that we catch are as they were by default for the command, those that are ignored stay ignored.
    let code = posix_spawnp(&pid, arguments.first ?? "", &actions, nil, vector, environ)
    guard code == 0 else { throw Errno(rawValue: code) }
    var status: Int32 = 0
    let child = pid
    while true {
      let hasEnded = try retrying { waitpid(child, &status, WNOHANG) } == child
      // Also those that came with its end: they were meant for it, not for what follows.
      for received in signals.take() where isPassedOn(received) && !hasEnded { kill(child, received.number) }
      if hasEnded { return Ending(status: status) }
      // The end of a child wakes it too; where another thread's mask kept that from us, the next look finds it.
      let ready = try? Poll.wait([(signals.descriptor, true, false)], timeout: .seconds(1))
      // Trouble with poll(2) must not leave the child unwatched.
      if ready == nil { Thread.sleep(.milliseconds(10)) }
    }
  }
}
