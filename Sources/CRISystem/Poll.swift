internal import Glibc

/// Waits until descriptors are ready. The corresponding C function is `poll`.
package enum Poll {
  /// The operations for which a descriptor is ready. A hang-up or an error counts as ready because the next operation
  /// reports it.
  package struct Readiness: Sendable {
    package var readable = false
    package var writable = false
  }

  /// Waits until a descriptor is ready or the time has elapsed. A signal also ends the wait, with no descriptor ready.
  /// - Parameter timeout: The maximum time to wait; nil means no limit.
  /// - Returns: The readiness of each descriptor, in the same order.
  package static func wait(
    _ interests: [(descriptor: Int32, read: Bool, write: Bool)], timeout: Duration?
  ) throws(Errno) -> [Readiness] {
    var entries = interests.map {
      pollfd(fd: $0.descriptor, events: Int16(($0.read ? POLLIN : 0) | ($0.write ? POLLOUT : 0)), revents: 0)
    }
    let count = nfds_t(entries.count)
    do throws(Errno) {
      let result = poll(&entries, count, timeout.map(milliseconds) ?? -1)
      if result < 0 { throw Errno.last }
    } catch {
      // A signal ends the wait early; callers wait in a loop.
      if error != .interrupted { throw error }
      return interests.map { _ in Readiness() }
    }
    return entries.map { entry in
      let events = Int32(entry.revents)
      let hungUp = events & (POLLHUP | POLLERR | POLLNVAL) != 0
      return Readiness(readable: events & POLLIN != 0 || hungUp, writable: events & POLLOUT != 0 || hungUp)
    }
  }

  /// Rounds up, so that the deadline has passed when poll(2) returns.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    if seconds < 0 || attoseconds < 0 { return 0 }
    if seconds > 86_400 { return 86_400_000 }
    return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
