internal import Glibc

/// Watches a directory for files being written, created, renamed or removed. Uses inotify(7).
package struct DirectoryWatch: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// Watches one directory.
  /// - Throws: An error if the directory cannot be watched or the user has reached `fs.inotify.max_user_instances`.
  package init(_ path: String) throws(Errno) {
    let descriptor = Descriptor(owning: try retrying { inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)) })
    let fd = descriptor.rawValue
    let events = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR
    _ = try retrying { inotify_add_watch(fd, path, UInt32(events)) }
    self.descriptor = descriptor
  }

  /// Watches for files that appear at `paths`. The directories in a path do not have to exist yet.
  /// - Throws: An error if a directory cannot be watched or the user has reached `fs.inotify.max_user_instances`.
  package init(arrivalsAt paths: [String]) throws(Errno) {
    let descriptor = Descriptor(owning: try retrying { inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)) })
    for path in paths {
      // A directory may be created before the watch on its parent exists, so repeat until nothing changes.
      var nearest = try Self.watchNearest(path, descriptor.rawValue)
      while let next = try Self.watchNearest(path, descriptor.rawValue), next != nearest { nearest = next }
    }
    self.descriptor = descriptor
  }

  /// Watches the deepest existing directory of a path.
  /// - Returns: The length of the path of that directory.
  private static func watchNearest(_ path: String, _ descriptor: Int32) throws(Errno) -> Int? {
    let events = UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVE_SELF | IN_ONLYDIR)
    var directory = path[...]
    while let slash = directory.lastIndex(of: "/") {
      directory = directory[..<slash]
      let name = directory.isEmpty ? "/" : String(directory)
      do throws(Errno) {
        _ = try retrying { inotify_add_watch(descriptor, name, events) }
        return name.utf8.count
      } catch {
        if error != .noSuchFile && error != .notADirectory { throw error }
      }
    }
    return nil
  }

  /// The reason why a wait ended.
  package enum WaitResult: Hashable, Sendable {
    /// Something in the directory has changed.
    case change
    /// The reader of the descriptor has closed it.
    case readerGone
    /// The time has elapsed.
    case timeout
    /// The waker was written to.
    case interrupted
  }

  /// Waits for a change; changes since the last wait are included.
  /// - Parameter timeout: The maximum time to wait.
  /// - Parameter reader: A descriptor to which the caller writes; the wait ends if the descriptor's reader closes it.
  /// - Parameter waker: A descriptor that ends the wait when it becomes readable.
  package borrowing func wait(
    timeout: Duration, reader: Int32? = nil, waker: Int32? = nil
  ) throws(Errno) -> WaitResult {
    // poll(2) ignores negative descriptors.
    let interests = [(descriptor.rawValue, true, false), (reader ?? -1, false, false), (waker ?? -1, true, false)]
    let ready = try Poll.wait(interests, timeout: timeout)
    if ready[1].readable { return .readerGone }
    if ready[2].readable { return .interrupted }
    guard ready[0].readable else { return .timeout }
    drain()
    return .change
  }

  /// Discards the events. The caller examines the files instead, because the kernel may drop events.
  private borrowing func drain() {
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
      while let count = try? descriptor.read(into: buffer), count > 0 {}
    }
  }
}
