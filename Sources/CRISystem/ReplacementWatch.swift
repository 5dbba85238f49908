/// Detects when the file at a path, such as a server's socket, is replaced by a different one.
package final class ReplacementWatch: Sendable {
  private let path: String
  private let identity: FileIdentity?
  private let directories: DirectoryWatch
  private let end: WakePipe

  /// - Returns: nil if the user has reached the limit of inotify instances.
  package init?(_ path: String) {
    do throws(Errno) {
      directories = try DirectoryWatch(arrivalsAt: [path])
      end = try WakePipe()
    } catch {
      return nil
    }
    self.path = path
    // Read the identity after the watch has begun, so that no replacement is missed.
    identity = FileIdentity(of: path)
  }

  /// Blocks until the file is replaced or the time has elapsed.
  /// - Returns: Whether it was replaced since this watch was created.
  package func wait(atMost time: Duration) -> Bool {
    let deadline = ContinuousClock.now + time
    while true {
      if isReplaced { return true }
      let remaining = deadline - .now
      guard remaining > .zero, let waking = try? directories.wait(timeout: remaining, waker: end.descriptor),
        waking == .change
      else {
        return isReplaced
      }
    }
  }

  /// Waits like `wait(atMost:)` without blocking a thread of the concurrency pool, and returns early when the task is
  /// cancelled.
  package func pause(atMost time: Duration) async -> Bool {
    await withTaskCancellationHandler {
      await onThread { self.wait(atMost: time) }
    } onCancel: {
      end.wake()
    }
  }

  private var isReplaced: Bool { FileIdentity(of: path) != identity }
}
