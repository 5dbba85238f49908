/// Runs work that blocks on a thread of its own, while the caller's thread does other things.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
  let value = await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
    do throws(Errno) {
      try Thread.detach { continuation.resume(returning: work()) }
    } catch {
      continuation.resume(returning: nil)
    }
  }
  // No thread to be had: late is better than never.
  return value ?? work()
}

extension Thread {
  /// Runs work on a thread of its own and waits for it, but not for ever.
  /// - Returns: nil where it did not end in time; the thread is left to itself then.
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

  /// Outlives whoever stopped waiting.
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
