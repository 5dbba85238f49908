internal import Glibc

/// Creates threads for work that blocks.
package enum Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a detached thread. The corresponding C function is `pthread_create`.
  /// - Throws: `.noMemory` if there is no memory for the thread's stack, or if a limit on threads is reached; the C
  ///   library does not distinguish the two.
  package static func detach(_ run: @escaping @Sendable () -> Void) throws(Errno) {
    // The thread takes over this reference and releases it.
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      body.release()
      throw code == EAGAIN ? .noMemory : Errno(rawValue: code)
    }
    pthread_detach(thread)
  }

  /// Blocks the calling thread for a duration. The corresponding C function is `nanosleep`.
  package static func sleep(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var remaining = time
    while nanosleep(&time, &remaining) != 0 && errno == EINTR { time = remaining }
  }
}
