internal import CRISystem

/// Writes files one after another, without delaying the monitor.
final class MonitorDisk: Sendable {
  typealias Job = @Sendable () -> Void

  private let jobs: AsyncStream<Job>
  private let continuation: AsyncStream<Job>.Continuation

  init() { (jobs, continuation) = AsyncStream.makeStream(of: Job.self) }

  func add(_ job: @escaping Job) { continuation.yield(job) }

  /// Lets `run` return after the jobs that were added so far.
  func finish() { continuation.finish() }

  func run() async { for await job in jobs { await onThread(job) } }
}
