internal import CRIShims
internal import Glibc

/// A directory below a trusted directory, reached without following symbolic links and without leaving the trusted
/// directory, for paths that an untrusted party has chosen. Operations in it cannot be redirected to another directory.
package struct ConfinedDirectory: ~Copyable {
  private let descriptor: Descriptor

  /// - Parameters:
  ///   - root: A path that the caller trusts; it is resolved by `PathWalk`'s rules.
  ///   - path: A path relative to `root`, without `..`.
  /// - Throws: `.system(.tooManySymbolicLinkLevels)` for a symbolic link, `.system(.crossDevice)` for a path that leaves `root`.
  package init(_ path: String, below root: String) throws(FileError) {
    guard !path.utf8.contains(0) else { throw .system(.noSuchFile) }
    guard !path.hasPrefix("/") else { throw .system(.crossDevice) }
    let walk = try PathWalk(toDirectory: root)
    let fd = walk.directory.rawValue
    var directory = Descriptor(owning: try File.system { () throws(Errno) in try Self.open(".", in: fd) })
    var reached = root
    try Self.check(directory, reached)
    for component in path.split(separator: "/") where component != "." {
      let fd = directory.rawValue
      directory = Descriptor(owning: try File.system { () throws(Errno) in try Self.open(String(component), in: fd) })
      reached += "/\(component)"
      try Self.check(directory, reached)
    }
    descriptor = directory
  }

  /// - Throws: An error if another user could move one of their directories, or one of root, into this one.
  private static func check(_ directory: borrowing Descriptor, _ path: String) throws(FileError) {
    let fd = directory.rawValue
    var status = Glibc.stat()
    _ = try File.system { () throws(Errno) in try retrying { fstat(fd, &status) } }
    guard !FileStatus(status).isChangeableByOthers else { throw .changeableByOthers(directory: path) }
  }

  /// - Parameter path: One component.
  private static func open(_ path: String, in root: Int32) throws(Errno) -> Int32 {
    do throws(Errno) {
      return try retrying { cri_open_directory_below(root, path) }
    } catch {
      // openat2(2) requires Linux 5.6, and seccomp filters that do not know the call return EPERM.
      guard error == .notImplemented || error == .notPermitted else { throw error }
    }
    if path == ".." { throw .crossDevice }
    return try retrying { openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
  }

  /// Returns the names in the directory without `.` and `..`, in no particular order.
  package func names() throws(FileError) -> [String] {
    let fd = descriptor.rawValue
    // Open the directory again, because a duplicate of the descriptor would share its position.
    let ownDescriptor = try File.system { () throws(Errno) in
      try retrying { openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }
    return try Directory.names(of: Descriptor(owning: ownDescriptor))
  }

  /// Returns the kind of an entry without following symbolic links; nil if it does not exist.
  package func kind(of name: String) -> FileKind? {
    var status = Glibc.stat()
    guard fstatat(descriptor.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    return FileKind(status)
  }

  /// Removes an entry. The corresponding C function is `unlinkat`, which never follows a link.
  package func remove(_ name: String) throws(FileError) {
    let fd = descriptor.rawValue
    guard !name.contains("/") else { throw .system(.invalid) }
    _ = try File.system { () throws(Errno) in try retrying { unlinkat(fd, name, 0) } }
  }
}
