/// Waits until a file appears at one of several paths, such as a server's socket.
package final class ArrivalWatch: Sendable {
  private let paths: [String]
  private let directories: DirectoryWatch
  private let end: WakePipe

  /// Creates a watch.
  /// - Throws: An error if the user has reached the limit `fs.inotify.max_user_instances`.
  private init(_ paths: [String]) throws(Errno) {
    self.paths = paths
    directories = try DirectoryWatch(arrivalsAt: paths)
    end = try WakePipe()
  }

  /// The interval at which the caller polls if the kernel cannot watch the paths.
  private static let pollInterval = Duration.milliseconds(15)

  /// Blocks the thread until a file may have appeared or the time has elapsed. Returns immediately if one of the files
  /// exists.
  /// - Parameter time: The maximum time to wait.
  package static func wait(for paths: [String], atMost time: Duration) {
    guard let watch = try? ArrivalWatch(paths) else { return Thread.sleep(min(time, pollInterval)) }
    watch.wait(atMost: time)
  }

  /// Waits like `wait(for:atMost:)` without blocking a thread of the concurrency pool, and returns early when the task
  /// is cancelled.
  package static func pause(for paths: [String], atMost time: Duration) async {
    guard let watch = try? ArrivalWatch(paths) else { return await CRISystem.pause(min(time, pollInterval)) }
    await withTaskCancellationHandler {
      await onThread { watch.wait(atMost: time) }
    } onCancel: {
      watch.end.wake()
    }
  }

  private func wait(atMost time: Duration) {
    // The watch already exists, so a file cannot appear unnoticed after this check.
    if paths.contains(where: { (try? File.exists($0)) != false }) { return }
    _ = try? directories.wait(timeout: time, waker: end.descriptor)
  }
}
