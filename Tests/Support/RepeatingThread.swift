package import CRISystem
internal import Glibc

/// Calls a function repeatedly on a separate thread, in order to race with the code under test.
package final class RepeatingThread: Sendable {
  private let body: @Sendable () -> Void
  private let isStopped = Locked(false)
  private let thread = Locked<pthread_t?>(nil)

  /// - Throws: The error of pthread_create(3).
  package init(_ body: @escaping @Sendable () -> Void) throws(Errno) {
    self.body = body
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let repeating = Unmanaged<RepeatingThread>.fromOpaque(argument).takeRetainedValue()
        while !repeating.isStopped.withLock({ $0 }) { repeating.body() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard code == 0 else {
      Unmanaged.passUnretained(self).release()
      throw Errno(rawValue: code)
    }
    self.thread.withLock { [thread] in $0 = thread }
  }

  /// Exchanges two names (renameat2(2), RENAME_EXCHANGE).
  package static func exchanging(_ first: String, _ second: String) throws(Errno) -> RepeatingThread {
    try RepeatingThread { _ = renameat2(AT_FDCWD, first, AT_FDCWD, second, 2) }
  }

  /// Waits until the last call has returned.
  package func stop() {
    isStopped.withLock { $0 = true }
    let thread = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if let thread { pthread_join(thread, nil) }
  }
}

// glibc declares this function only if _GNU_SOURCE is defined.
@_silgen_name("renameat2")
private func renameat2(
  _ oldDirectory: Int32, _ old: UnsafePointer<CChar>, _ newDirectory: Int32, _ new: UnsafePointer<CChar>,
  _ flags: UInt32
) -> Int32
