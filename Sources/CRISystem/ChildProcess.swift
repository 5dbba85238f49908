internal import CRIShims
internal import Glibc

/// Runs other programs.
package enum ChildProcess {
  /// How a process ended.
  package enum Termination: Hashable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)

    /// Decodes a status from wait(2). The corresponding C macros are WIFEXITED, WEXITSTATUS and WTERMSIG.
    init(status: Int32) { self = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: status & 0x7f) }
  }

  /// Makes every process whose parent ends a child of ours, so that `waitForDescendants` finds it. See prctl(2),
  /// `PR_SET_CHILD_SUBREAPER`.
  package static func adoptDescendants() { cri_adopt_descendants() }

  /// Waits until the processes that a command has left have ended.
  /// - Parameters:
  ///   - limit: The maximum time to wait; nil for no limit.
  ///   - mayStay: Whether a process may outlive the command, such as a daemon that it was to start.
  ///   - onWait: Called once if other processes do not end immediately.
  /// - Returns: false if a signal arrived first, or if the time has elapsed.
  package static func waitForDescendants(
    _ signals: SignalWatch, for limit: Duration? = nil, mayStay: (Int32) -> Bool, onWait: () -> Void
  ) -> Bool {
    let deadline = limit.map { ContinuousClock.now + $0 }
    var rounds = 0
    while true {
      var status: Int32 = 0
      let ended = waitpid(-1, &status, WNOHANG)
      if ended > 0 { continue }
      if ended < 0 || children().allSatisfy(mayStay) { return true }
      // Some processes are about to end, such as a `sleep` in a loop of the shell, and a runtime may be about to listen.
      if rounds == 10 { onWait() }
      rounds += 1
      if !signals.take().isEmpty { return false }
      if let deadline, ContinuousClock.now >= deadline { return false }
      // The exit of a child ends the wait, too.
      let interval = rounds > 10 ? Duration.seconds(1) : .milliseconds(100)
      if (try? Poll.wait([(signals.descriptor, true, false)], timeout: interval)) == nil {
        Thread.sleep(.milliseconds(10))
      }
    }
  }

  /// Whether a process has left our session, as daemons do (daemon(7)).
  package static func isDaemon(_ pid: Int32) -> Bool { getsid(pid) != getsid(0) }

  /// The processes whose parent we are (proc_pid_stat(5), field 4).
  private static func children() -> [Int32] {
    let names = (try? Directory.names(at: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { pid in
      guard let bytes = try? File.read("/proc/\(pid)/stat", limit: 4096) else { return false }
      // The name, in parentheses, may contain spaces and parentheses.
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 1 && Int32(fields[1]) == getpid()
    }
  }

  /// Runs a command until it exits, with our standard input, output and error. The program is looked up in PATH. The
  /// corresponding C function is `posix_spawnp`.
  /// - Parameters:
  ///   - outputToErrors: Whether the command's standard output goes to our standard error, for callers that print a
  ///     document.
  ///   - survivesHangUp: Whether the command, and we from now on, ignore SIGHUP, as with nohup(1).
  ///   - output: If this is not nil, the command does not write to our standard output and error, where a closed pipe would
  ///     kill it. Instead, this closure is called with everything that the command has written, at most 64 KiB.
  ///   - signals: The signals to catch, which would otherwise terminate us and leave the command without supervision.
  ///   - shouldForward: Called for each signal that is caught; returns whether the command receives it too.
  /// - Returns: How the command ended.
  /// - Throws: The error of a system call, such as `.noSuchFile` if the program does not exist.
  package static func run(
    _ arguments: [String], outputToErrors: Bool = false, survivesHangUp: Bool = false,
    output: (([UInt8]) -> Void)? = nil, signals: SignalWatch,
    shouldForward: (SignalWatch.Received) -> Bool = { _ in true }
  ) throws(Errno) -> Termination {
    var pid = pid_t()
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    vector.append(nil)
    defer { for word in vector { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // MFD_CLOEXEC is 1.
    let file = output == nil ? -1 : try retrying { memfd_create("output", 1) }
    defer { if file >= 0 { close(file) } }
    if file >= 0 {
      for stream in [STDOUT_FILENO, STDERR_FILENO] { posix_spawn_file_actions_adddup2(&actions, file, stream) }
    } else if outputToErrors {
      posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    }
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
      if hasEnded {
        if file >= 0 {
          var buffer = [UInt8](repeating: 0, count: 64 << 10)
          let count = try retrying { pread(file, &buffer, buffer.count, 0) }
          output?(Array(buffer[..<count]))
        }
        return Termination(status: status)
      }
      // SIGCHLD also ends the wait. The timeout is for the case in which another thread blocks the signal.
      let ready = try? Poll.wait([(signals.descriptor, true, false)], timeout: .seconds(1))
      // An error from poll(2) must not leave the child without supervision.
      if ready == nil { Thread.sleep(.milliseconds(10)) }
    }
  }
}
