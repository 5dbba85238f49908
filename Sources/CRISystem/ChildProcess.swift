internal import Glibc

/// A command that runs with our own standard input, output and error.
package enum ChildProcess {
  /// How it ended.
  package enum Ending: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  /// Runs a command to its end; the program is looked up in PATH. The corresponding C function is `posix_spawnp`.
  /// A SIGINT that reaches us while it runs is ignored: the terminal sends it to the command too, and we wait for its end.
  /// - Parameter outputToErrors: what it prints goes to our standard error, for callers whose output is a document.
  package static func run(_ arguments: [String], outputToErrors: Bool = false) throws(Errno) -> Ending {
    var pid = pid_t()
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    vector.append(nil)
    defer { for word in vector { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if outputToErrors { posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) }
    let code = posix_spawnp(&pid, arguments.first ?? "", &actions, nil, vector, environ)
    guard code == 0 else { throw Errno(rawValue: code) }
    // A terminal sends Ctrl-C to both of us: what it does with it decides, not our death before the verdict.
    let interrupt = signal(SIGINT, SIG_IGN)
    defer { signal(SIGINT, interrupt) }
    var status: Int32 = 0
    let child = pid
    _ = try retrying { waitpid(child, &status, 0) }
    // The C macros WIFEXITED, WEXITSTATUS and WTERMSIG.
    return status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: status & 0x7f)
  }
}
