internal import Glibc

/// The attributes to set on a copied file.
package struct FileAttributes: Hashable, Sendable {
  /// The mode; at most 07777.
  package let permissions: UInt32
  /// The owner and the group; nil to keep those with which the file was created.
  package let owner: UInt32?
  package let group: UInt32?
  package let modified: FileTime

  package init(permissions: UInt32, owner: UInt32?, group: UInt32?, modified: FileTime) {
    self.permissions = permissions
    self.owner = owner
    self.group = group
    self.modified = modified
  }

  fileprivate var times: [timespec] {
    // UTIME_OMIT (utimensat(2)) leaves the time of the last access unchanged.
    [
      timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2),
      timespec(tv_sec: Int(modified.seconds), tv_nsec: Int(modified.nanoseconds)),
    ]
  }

  /// (uid_t)-1 leaves the owner unchanged (chown(2)).
  fileprivate var owners: (uid_t, gid_t) { (owner ?? .max, group ?? .max) }

  /// Changes an open file or directory. The owner is changed first, because this clears set-uid and set-gid.
  func apply(to descriptor: borrowing Descriptor) throws(Errno) {
    let fd = descriptor.rawValue
    let (owner, group) = owners
    if self.owner != nil || self.group != nil { _ = try retrying { fchown(fd, owner, group) } }
    _ = try retrying { fchmod(fd, mode_t(permissions & 0o7777)) }
    _ = try retrying { futimens(fd, times) }
  }
}

/// Changes in an open directory, none of which follows a symbolic link or can be redirected to a different directory.
extension FileNode {
  /// `AT_EMPTY_PATH` of fchownat(2), a GNU extension: an empty path means the descriptor itself.
  private static let emptyPath: Int32 = 0x1000

  /// Creates a directory that only its owner is permitted to use. The corresponding C function is `mkdirat`.
  /// - Returns: nil if the name exists.
  package func makeDirectory(_ name: [UInt8]) throws(Errno) -> FileNode? {
    let (fd, path) = (descriptor.rawValue, try Self.entry(name))
    do throws(Errno) {
      _ = try retrying { mkdirat(fd, path, 0o700) }
    } catch {
      if error.rawValue == EEXIST { return nil }
      throw error
    }
    // Another user who may write here could have replaced it with a directory of their own.
    guard let made = try child(name), made.status.kind == .directory, made.status.owner == geteuid() else {
      throw .notADirectory
    }
    return made
  }

  /// Creates a symbolic link, and replaces any existing entry of that name, except a directory.
  package func makeLink(_ name: [UInt8], target: [UInt8], _ attributes: FileAttributes) throws(Errno) {
    guard !target.isEmpty, !target.contains(0) else { throw .invalid }
    let text = target.terminated
    try replace(name) { (fd, temporary) throws(Errno) in
      _ = try retrying { symlinkat(text, fd, temporary) }
      _ = try retrying { utimensat(fd, temporary, attributes.times, AT_SYMLINK_NOFOLLOW) }
      guard attributes.owner != nil || attributes.group != nil else { return }
      let link = Descriptor(
        owning: try retrying { openat(fd, temporary, OpenFlags.path | O_NOFOLLOW | O_CLOEXEC) })
      // Another user who may write here could have replaced it with a file whose owner must not change.
      let node = try FileNode(link)
      guard node.status.kind == .symbolicLink else { throw .invalid }
      let (owner, group, number) = (attributes.owners.0, attributes.owners.1, node.descriptor.rawValue)
      _ = try retrying { fchownat(number, "", owner, group, Self.emptyPath) }
    }
  }

  /// Gives an open file another name, and replaces any existing entry of that name, except a directory.
  package func makeHardLink(_ name: [UInt8], to file: FileNode) throws(Errno) {
    // A link in /proc/self/fd points to exactly the open file.
    let path = "/proc/self/fd/\(file.descriptor.rawValue)"
    try replace(name) { (fd, temporary) throws(Errno) in
      _ = try retrying { linkat(AT_FDCWD, path, fd, temporary, AT_SYMLINK_FOLLOW) }
    }
  }

  /// Sets the attributes of this directory.
  package func set(_ attributes: FileAttributes) throws(Errno) {
    let fd = descriptor.rawValue
    let directory = Descriptor(owning: try retrying { openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    try attributes.apply(to: directory)
  }

  private func replace(_ name: [UInt8], _ create: (Int32, [CChar]) throws(Errno) -> Void) throws(Errno) {
    let (fd, path) = (descriptor.rawValue, try Self.entry(name))
    let temporary = Array(UniqueName.make().utf8).terminated
    do throws(Errno) {
      try create(fd, temporary)
      _ = try retrying { renameat(fd, temporary, fd, path) }
    } catch {
      unlinkat(fd, temporary, 0)
      throw error
    }
    // rename(2) leaves both names in place if they are already links to the same file.
    unlinkat(fd, temporary, 0)
  }
}

/// A file that is written under a temporary name, and receives its final name only when it is complete. If this value
/// is released before then, the file is removed.
package final class FileDraft {
  private let directory: FileNode
  private let temporary: [CChar]
  private let descriptor: Descriptor
  private var size = 0
  private var isPublished = false

  /// Creates the temporary file in an open directory.
  package init(in directory: FileNode) throws(Errno) {
    let (fd, name) = (directory.descriptor.rawValue, Array(UniqueName.make().utf8).terminated)
    descriptor = Descriptor(
      owning: try retrying { openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600)) })
    (self.directory, temporary) = (directory, name)
  }

  deinit { if !isPublished { unlinkat(directory.descriptor.rawValue, temporary, 0) } }

  package func write(_ bytes: [UInt8]) throws(Errno) {
    let fd = descriptor.rawValue
    var offset = 0
    while offset < bytes.count {
      let position = off_t(size + offset)
      offset += try retrying {
        bytes.withUnsafeBytes { pwrite(fd, $0.baseAddress.map { $0 + offset }, $0.count - offset, position) }
      }
    }
    size += bytes.count
  }

  /// Leaves a hole, which is read as zeros.
  package func skip(_ count: Int) { size += count }

  /// Sets the attributes and gives the file its final name, which replaces any existing entry of that name, except a
  /// directory.
  /// - Returns: The identity of the file.
  package func publish(as name: [UInt8], _ attributes: FileAttributes) throws(Errno) -> FileIdentity {
    let (fd, number, path) = (directory.descriptor.rawValue, descriptor.rawValue, try FileNode.entry(name))
    // A hole at the end is not written.
    _ = try retrying { ftruncate(number, off_t(size)) }
    try attributes.apply(to: descriptor)
    _ = try retrying { renameat(fd, temporary, fd, path) }
    isPublished = true
    let identity = try FileIdentity.read(descriptor)
    // The owner of the directory can exchange the file before it has its name.
    var status = Glibc.stat()
    guard fstatat(fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0, FileIdentity(status) == identity else { throw .stale }
    return identity
  }
}
