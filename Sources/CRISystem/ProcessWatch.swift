internal import CRIShims
internal import Glibc

/// Notices when a process ends, for whatever reason. The process does not have to be a child.
///
/// The kernel reports the end immediately (pidfd_open(2)). Before Linux 5.3, and where the call is forbidden, `/proc` is
/// read every 50 ms instead.
package final class ProcessWatch: Sendable {
  private static let interval = Duration.milliseconds(50)

  private let pid: Int32
  private let startTime: UInt64?
  /// nil if the kernel does not report the end.
  private let process: Descriptor?
  /// The number of `process`; -1 for nil, which poll(2) ignores.
  private let number: Int32
  private let cancellation: WakePipe

  /// - Parameter startTime: The start time of the process in clock ticks after boot, because a new process may have the
  ///   same pid; nil to watch the process that has the pid now.
  /// - Throws: `.noSuchProcess` if the process has ended, or another error of a system call.
  package init(_ pid: Int32, startTime: UInt64? = nil) throws(Errno) {
    // Zero and negative numbers refer to process groups.
    guard pid > 0 else { throw .noSuchProcess }
    cancellation = try WakePipe()
    self.pid = pid
    number = try Self.open(pid)
    if number < 0 {
      process = nil
    } else {
      process = Descriptor(owning: number)
    }
    // The process is identified after the descriptor was opened, because the descriptor's process cannot change.
    let found = Kernel.startTime(of: pid)
    if let startTime, found != startTime { throw .noSuchProcess }
    self.startTime = startTime ?? found
    if number < 0, !Kernel.hasProcess(pid) { throw .noSuchProcess }
  }

  /// - Returns: A descriptor; -1 if the kernel has or allows none.
  private static func open(_ pid: Int32) throws(Errno) -> Int32 {
    do throws(Errno) {
      return try retrying { cri_open_process(pid) }
    } catch {
      guard error == .notImplemented || error == .notPermitted else { throw error }
      return -1
    }
  }

  /// Waits until the process ends, without blocking a thread of the concurrency pool.
  /// - Returns: Whether it has ended; false if the task is cancelled or the wait fails.
  package func wait() async -> Bool {
    await withTaskCancellationHandler {
      (try? await onNewThread { self.block() }) ?? false
    } onCancel: {
      cancellation.wake()
    }
  }

  private func block() -> Bool {
    while true {
      let ready = try? Poll.wait(
        [(number, true, false), (cancellation.descriptor, true, false)],
        timeout: number < 0 ? Self.interval : nil)
      guard let ready else { return false }
      if ready[0].readable { return true }
      if ready[1].readable { return false }
      if number < 0, Kernel.startTime(of: pid) != startTime { return true }
    }
  }
}
