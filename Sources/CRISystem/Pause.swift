/// How long a pause may block the caller's thread if no other thread can be created.
private let longestBlock = Duration.milliseconds(100)

/// Waits without blocking a thread of the concurrency pool. Returns early when the task is cancelled.
package func pause(_ duration: Duration) async {
  guard duration > .zero, !Task.isCancelled else { return }
  let waiter = Waiter()
  await withTaskCancellationHandler {
    await withCheckedContinuation { continuation in
      waiter.wait(continuation)
      // An extra thread is cheap for occasional pauses and avoids a timer service.
      do throws(Errno) {
        try Thread.detach {
          Thread.sleep(duration)
          waiter.finish()
        }
      } catch {
        // A thread cannot be created. Returning immediately would turn a retry loop into a busy loop.
        Thread.sleep(min(duration, longestBlock))
        waiter.finish()
      }
    }
  } onCancel: {
    waiter.finish()
  }
}

/// Resumes a continuation exactly once, whether the pause ends or the task is cancelled first.
private final class Waiter: Sendable {
  private let state = Locked<(continuation: CheckedContinuation<Void, Never>?, isFinished: Bool)>((nil, false))

  func wait(_ continuation: CheckedContinuation<Void, Never>) {
    let isLate = state.withLock { state in
      if !state.isFinished { state.continuation = continuation }
      return state.isFinished
    }
    if isLate { continuation.resume() }
  }

  func finish() {
    let continuation = state.withLock { state in
      state.isFinished = true
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume()
  }
}
