/// Runs blocking work on a new thread without blocking the caller's thread.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
  let value = await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
    do throws(Errno) {
      try Thread.detach { continuation.resume(returning: work()) }
    } catch {
      continuation.resume(returning: nil)
    }
  }
  // If no thread can be created, run the work here.
  return value ?? work()
}

extension Thread {
  /// Runs work on a new thread and waits for it for a limited time.
  /// - Returns: The result, or nil if the work did not end in time. The thread then continues in the background.
  /// - Throws: The error of a system call.
  package static func run<Value: Sendable>(
    within limit: Duration, _ work: @escaping @Sendable () -> Value
  ) throws(Errno) -> Value? {
    let box = Box<Value>(try WakePipe())
    try detach { box.finish(work()) }
    let end = ContinuousClock.now + limit
    while true {
      if let value = box.value { return value }
      let rest = end - .now
      if rest <= .zero { return nil }
      _ = try Poll.wait([(box.pipe.descriptor, true, false)], timeout: rest)
    }
  }

  /// Holds the result. The thread keeps it alive after the caller has stopped waiting.
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
