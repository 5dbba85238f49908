/// Notices that another file, such as a restarted server's socket, takes the place of the one at a path.
package final class ReplacementWatch: Sendable {
  private let path: String
  private let identity: FileIdentity?
  private let directories: DirectoryWatch
  private let end: WakePipe

  /// - Returns: nil where the kernel has no more inotify instances for this user.
  package init?(_ path: String) {
    do throws(Errno) {
      directories = try DirectoryWatch(arrivalsAt: [path])
      end = try WakePipe()
    } catch {
      return nil
    }
    self.path = path
    // After the watch has begun, so that no replacement goes unseen.
    identity = FileIdentity(of: path)
  }

  /// Blocks until the file was replaced or the time is up.
  /// - Returns: whether it was replaced since this watch was made.
  package func wait(atMost time: Duration) -> Bool {
    let deadline = ContinuousClock.now + time
    while true {
      if isReplaced { return true }
      let rest = deadline - .now
      guard rest > .zero, let waking = try? directories.wait(timeout: rest, waker: end.descriptor), waking == .change
      else {
        return isReplaced
      }
    }
  }

  /// The same without holding a thread of the concurrency pool; cut short when the task is cancelled.
  package func pause(atMost time: Duration) async -> Bool {
    await withTaskCancellationHandler {
      await onThread { self.wait(atMost: time) }
    } onCancel: {
      end.wake()
    }
  }

  private var isReplaced: Bool { FileIdentity(of: path) != identity }
}
