/// Runs asynchronous code on the calling thread, so that a command does not need a thread pool.
///
/// A thread pool takes time to start, and libdispatch's thread pool aborts if `/proc` is not mounted, as in an empty
/// chroot.
package final class SingleThread: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isDone = false
  }

  private let state = Locked(State())
  private let pipe: WakePipe

  private init() throws(Errno) { pipe = try WakePipe() }

  /// Runs `body` and everything that it awaits, and returns its value.
  /// - Throws: The error of a system call.
  package static func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) throws(Errno) -> Value {
    let thread = try SingleThread()
    let result = Locked<Value?>(nil)
    Task(executorPreference: thread) {
      let value = await body()
      result.withLock { $0 = value }
      thread.state.withLock { $0.isDone = true }
      thread.pipe.wake()
    }
    while true {
      try thread.runJobs()
      if let value = result.withLock({ $0 }), thread.state.withLock({ $0.isDone }) { return value }
    }
  }

  /// Called by the concurrency runtime to run a job.
  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    pipe.wake()
  }

  private func runJobs() throws(Errno) {
    _ = try Poll.wait([(pipe.descriptor, true, false)], timeout: nil)
    pipe.drain()
    while true {
      let jobs = state.withLock { state in
        defer { state.jobs = [] }
        return state.jobs
      }
      if jobs.isEmpty { return }
      for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }
}
