internal import Glibc

/// Handles Ctrl-C for commands that run until they are interrupted.
package enum Interrupt {
  /// From now on, SIGINT terminates the process with exit status 0, as it does with crictl's watches. If the process
  /// was started with SIGINT ignored, as shells do for background processes, the signal remains ignored. The
  /// corresponding C function is `sigaction`.
  package static func installExitHandler() {
    var old = Glibc.sigaction()
    guard sigaction(SIGINT, nil, &old) == 0, unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) != 1
    else { return }
    // `_exit` is safe because the output is not buffered.
    _ = Glibc.signal(SIGINT) { _ in _exit(0) }
    unblock([SIGINT])
  }

  /// From now on, a write to a pipe without a reader fails with EPIPE instead of terminating the process. SIGPIPE is
  /// handled rather than ignored, because programs that we start would inherit an ignored signal. The corresponding C
  /// function is `sigaction`.
  package static func catchBrokenPipes() {
    var old = Glibc.sigaction()
    guard sigaction(SIGPIPE, nil, &old) == 0, unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 0
    else { return }
    _ = Glibc.signal(SIGPIPE) { _ in }
  }

  /// Unblocks signals that our parent process may have blocked.
  static func unblock(_ numbers: [Int32]) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
