internal import Glibc

/// Wakes when something in a folder is written, made, renamed or taken away. The corresponding C family is `inotify`.
package struct FolderWatch: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// - Throws: where the kernel has no more of them for this user (`fs.inotify.max_user_instances`).
  package init(_ path: String) throws(Errno) {
    let descriptor = Descriptor(owning: try retrying { inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)) })
    let number = descriptor.rawValue
    let events = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR
    _ = try retrying { inotify_add_watch(number, path, UInt32(events)) }
    self.descriptor = descriptor
  }

  /// Wakes when something comes to one of `paths`, whatever of the folders on the way is there so far.
  /// - Throws: also where a folder must not be read.
  package init(arrivalsAt paths: [String]) throws(Errno) {
    let descriptor = Descriptor(owning: try retrying { inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)) })
    for path in paths {
      // A folder may be made between the look at it and the watch above it: whoever looks again sees it.
      var nearest = try Self.watchNearest(path, descriptor.rawValue)
      while let next = try Self.watchNearest(path, descriptor.rawValue), next != nearest { nearest = next }
    }
    self.descriptor = descriptor
  }

  /// - Returns: the length of the folder's path that is watched now: the deepest that is there.
  private static func watchNearest(_ path: String, _ number: Int32) throws(Errno) -> Int? {
    let events = UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVE_SELF | IN_ONLYDIR)
    var folder = path[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      let name = folder.isEmpty ? "/" : String(folder)
      do throws(Errno) {
        _ = try retrying { inotify_add_watch(number, name, events) }
        return name.utf8.count
      } catch {
        if error != .noSuchFile && error != .notADirectory { throw error }
      }
    }
    return nil
  }

  /// Why a wait has ended.
  package enum Waking: Hashable, Sendable {
    case change
    /// Nobody reads any more what the descriptor is for.
    case readerGone
    case timeout
  }

  /// Waits until something happens in the folder or the time is up. What has happened since the last wait counts.
  /// - Parameter reader: a descriptor that is written to.
  package borrowing func wait(timeout: Duration, reader: Int32? = nil) throws(Errno) -> Waking {
    let interests = [(descriptor.rawValue, true, false)] + (reader.map { [($0, false, false)] } ?? [])
    let ready = try Poll.wait(interests, timeout: timeout)
    if ready.dropFirst().contains(where: \.readable) { return .readerGone }
    guard ready[0].readable else { return .timeout }
    drain()
    return .change
  }

  /// What exactly happened is for the reader of the files to see: events may be lost, files are not.
  private borrowing func drain() {
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
      while let count = try? descriptor.read(into: buffer), count > 0 {}
    }
  }
}
