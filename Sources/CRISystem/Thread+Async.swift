/// Runs blocking work on a new thread without blocking the caller's thread, or on the caller's thread if no other can
/// be created. Use this for work that takes a limited time.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
  do throws(Errno) { return try await onNewThread(work) } catch { return work() }
}

/// Runs blocking work on a new thread without blocking the caller's thread.
/// - Throws: The error of pthread_create(3).
package func onNewThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(Errno) -> Value {
  let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, Errno>, Never>) in
    do throws(Errno) {
      try Thread.detach { continuation.resume(returning: .success(work())) }
    } catch {
      continuation.resume(returning: .failure(error))
    }
  }
  return try result.get()
}

extension Thread {
  /// Runs work on a new thread and waits for a limited time until it is done.
  /// - Returns: The result, or nil if the work was not done in time. The thread then continues in the background.
  /// - Throws: The error of a system call.
  package static func run<Value: Sendable>(
    within limit: Duration, _ work: @escaping @Sendable () -> Value
  ) throws(Errno) -> Value? {
    let box = Box<Value>(try WakePipe())
    try detach { box.finish(work()) }
    let deadline = ContinuousClock.now + limit
    while true {
      if let value = box.value { return value }
      let remaining = deadline - .now
      if remaining <= .zero { return nil }
      _ = try Poll.wait([(box.pipe.descriptor, true, false)], timeout: remaining)
    }
  }

  /// Stores the result. The thread keeps it alive after the caller has stopped waiting.
  private final class Box<Value: Sendable>: Sendable {
    let pipe: WakePipe
    private let content = Locked<Value?>(nil)

    init(_ pipe: consuming WakePipe) { self.pipe = pipe }

    var value: Value? { content.withLock { $0 } }

    func finish(_ value: Value) {
      content.withLock { $0 = value }
      pipe.wake()
    }
  }
}
