/// Waits without holding a thread of the concurrency pool; cut short when the task is cancelled.
package func pause(_ duration: Duration) async {
  guard duration > .zero, !Task.isCancelled else { return }
  let waiter = Waiter()
  await withTaskCancellationHandler {
    await withCheckedContinuation { continuation in
      waiter.wait(continuation)
      // A thread of its own is cheap at the few pauses that polling makes, and needs no timer service.
      do throws(Errno) {
        try Thread.detach {
          Thread.sleep(duration)
          waiter.finish()
        }
      } catch {
        waiter.finish()
      }
    }
  } onCancel: {
    waiter.finish()
  }
}
