/// Waits for something to come to one of several paths, such as a server's socket.
package final class ArrivalWatch: Sendable {
  private let paths: [String]
  private let folders: FolderWatch
  private let end: WakePipe

  /// - Throws: where the kernel has no more of them for this user (`fs.inotify.max_user_instances`).
  private init(_ paths: [String]) throws(Errno) {
    self.paths = paths
    folders = try FolderWatch(arrivalsAt: paths)
    end = try WakePipe()
  }

  /// Where the kernel cannot tell of arrivals, a look this often is nearly as good.
  private static let blindInterval = Duration.milliseconds(15)

  /// Blocks until something has come, or may have, or the time is up; not at all where something is there.
  package static func wait(for paths: [String], atMost time: Duration) {
    guard let watch = try? ArrivalWatch(paths) else { return Thread.sleep(min(time, blindInterval)) }
    watch.wait(atMost: time)
  }

  /// The same without holding a thread of the concurrency pool; cut short when the task is cancelled.
  package static func pause(for paths: [String], atMost time: Duration) async {
    guard let watch = try? ArrivalWatch(paths) else { return await CRISystem.pause(min(time, blindInterval)) }
    await withTaskCancellationHandler {
      await onThread { watch.wait(atMost: time) }
    } onCancel: {
      watch.end.wake()
    }
  }

  private func wait(atMost time: Duration) {
    // Looked at after the watch began: nothing can come between the two.
    if paths.contains(where: { (try? File.exists($0)) != false }) { return }
    _ = try? folders.wait(timeout: time, reader: end.descriptor)
  }
}
