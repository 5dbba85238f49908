internal import Glibc

/// Ctrl-C, for commands that have no other end.
package enum Interrupt {
  /// From now on SIGINT ends the process as done (exit code 0), as it ends crictl's watches. The corresponding C function
  /// is `sigaction`. A process that was started with it ignored, as shells start those in the background, keeps that.
  package static func isAnEnd() {
    var old = Glibc.sigaction()
    guard sigaction(SIGINT, nil, &old) == 0, unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) != 1
    else { return }
    // Nothing is buffered here: what was written is out.
    _ = Glibc.signal(SIGINT) { _ in _exit(0) }
    unblock([SIGINT])
  }

  /// Whoever started us may have blocked them, as threads of a pool do.
  static func unblock(_ numbers: [Int32]) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
