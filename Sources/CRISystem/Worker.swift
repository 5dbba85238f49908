/// A thread that runs blocking work, one piece after another, without blocking the tasks that wait for it.
package final class Worker: Sendable {
  private final class Jobs: Sendable {
    let pipe: WakePipe
    private let state = Locked<(jobs: [@Sendable () -> Void], isClosed: Bool)>(([], false))

    init() throws(Errno) { pipe = try WakePipe() }

    func add(_ job: @escaping @Sendable () -> Void) {
      state.withLock { $0.jobs.append(job) }
      pipe.wake()
    }

    func close() {
      state.withLock { $0.isClosed = true }
      pipe.wake()
    }

    func run() {
      while true {
        let (jobs, isClosed) = state.withLock { state in
          defer { state.jobs = [] }
          return (state.jobs, state.isClosed)
        }
        for job in jobs { job() }
        if isClosed { return }
        if jobs.isEmpty {
          _ = try? Poll.wait([(pipe.descriptor, true, false)], timeout: nil)
          pipe.drain()
        }
      }
    }
  }

  private let jobs: Jobs

  /// - Throws: The error of a system call, for example if the thread cannot be created.
  package init() throws(Errno) {
    let jobs = try Jobs()
    try Thread.detach { jobs.run() }
    self.jobs = jobs
  }

  /// Makes the thread finish the remaining work and end.
  deinit { jobs.close() }

  /// Adds work without waiting for it.
  func add(_ job: @escaping @Sendable () -> Void) { jobs.add(job) }

  package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in jobs.add { continuation.resume(returning: work()) } }
  }
}
