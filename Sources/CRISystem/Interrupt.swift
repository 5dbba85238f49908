internal import Glibc

/// Handles Ctrl-C for commands that run until they are interrupted.
package enum Interrupt {
  /// What the exit handler does first; nil for nothing.
  private static let finalWork = Locked<(@Sendable () -> Void)?>(nil)
  /// The socket that wakes the thread with the last work. It is written before the handler is set.
  private nonisolated(unsafe) static var wakeDescriptor: Int32 = -1
  /// Whether SIGINT has arrived. Only the handler uses it.
  private nonisolated(unsafe) static var isEnding = false

  /// Sets what an exit handler that is installed later does before it terminates the process. The work must have a time
  /// limit. A second SIGINT does not wait for it.
  package static func setFinalWork(_ work: @escaping @Sendable () -> Void) { finalWork.withLock { $0 = work } }

  /// From now on, SIGINT terminates the process with exit status 0, as it does with crictl's watches. If the process
  /// was started with SIGINT ignored, as shells do for background processes, the signal remains ignored. The
  /// corresponding C function is `sigaction`.
  package static func installExitHandler() {
    var old = Glibc.sigaction()
    guard sigaction(SIGINT, nil, &old) == 0, unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) != 1
    else { return }
    if let work = finalWork.withLock({ $0 }), let writer = try? exitThread(after: work) {
      wakeDescriptor = writer
      _ = Glibc.signal(SIGINT) { _ in
        if Interrupt.isEnding || Glibc.send(Interrupt.wakeDescriptor, "", 1, Int32(MSG_NOSIGNAL)) != 1 { _exit(0) }
        Interrupt.isEnding = true
      }
    } else {
      // `_exit` is safe because the output is not buffered.
      _ = Glibc.signal(SIGINT) { _ in _exit(0) }
    }
    unblock([SIGINT])
  }

  /// Starts a thread that waits for a byte, does the work and terminates the process.
  /// - Returns: The descriptor to which the byte must be written.
  private static func exitThread(after work: @escaping @Sendable () -> Void) throws(Errno) -> Int32 {
    let (reader, writer) = try UnixSocket.pair()
    try Thread.detach {
      waitUntilReadable(reader)
      work()
      _exit(0)
    }
    return writer
  }

  private static func waitUntilReadable(_ number: Int32) {
    while true {
      do throws(Errno) {
        if try Poll.wait([(number, true, false)], timeout: nil)[0].readable { return }
      } catch {
        // The kernel has no memory at the moment. Ending now would look like a success.
        Thread.sleep(.milliseconds(10))
      }
    }
  }

  /// From now on, a write to a pipe without a reader fails with EPIPE instead of terminating the process. SIGPIPE is
  /// handled rather than ignored, because programs that we start would inherit an ignored signal. The corresponding C
  /// function is `sigaction`.
  package static func catchBrokenPipes() { discard([SIGPIPE]) }

  /// From now on, these signals have no effect, except that they interrupt system calls. Programs that we start get the
  /// default actions.
  static func discard(_ numbers: [Int32]) {
    for number in numbers {
      var old = Glibc.sigaction()
      guard sigaction(number, nil, &old) == 0, unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 0
      else { continue }
      _ = Glibc.signal(number) { _ in }
    }
  }

  /// Unblocks signals that our parent process may have blocked.
  static func unblock(_ numbers: [Int32]) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
