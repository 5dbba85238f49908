internal import Glibc

/// A thread of our own, for work that sits in poll(2).
package enum Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a detached thread. The corresponding C function is `pthread_create`.
  package static func detach(_ run: @escaping @Sendable () -> Void) throws(Errno) {
    // Retained here, released by the thread when it takes the body over.
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
      throw Errno(rawValue: code)
    }
    pthread_detach(thread)
  }

  /// Sleeps on the calling thread. The corresponding C function is `nanosleep`.
  package static func sleep(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var rest = time
    while nanosleep(&time, &rest) != 0 && errno == EINTR { time = rest }
  }
}
