internal import CRIShims
internal import Glibc

/// A file or directory that is referenced by a descriptor without having been opened for reading (O_PATH), so that
/// opening a device or a FIFO has no side effects. It stays the same regardless of what happens to its name.
///
/// Names are bytes, because Linux does not require an encoding. Operations on names never follow symbolic links.
package final class FileNode: Sendable {
  let descriptor: Descriptor
  /// The status of the file when it was opened.
  package let status: FileStatus

  /// The number of attempts to open a path while directories on it are being renamed (openat2(2), EAGAIN).
  private static let maximumAttempts = 1000
  /// The maximum length of a symbolic link's target (PATH_MAX).
  private static let maximumTarget = 4096

  /// Takes over an open descriptor.
  init(_ descriptor: consuming Descriptor) throws(Errno) {
    var status = Glibc.stat()
    let fd = descriptor.rawValue
    _ = try retrying { fstat(fd, &status) }
    self.status = FileStatus(status)
    self.descriptor = descriptor
  }

  /// Opens a path that the caller trusts, following all symbolic links. The corresponding C function is `open` with
  /// O_PATH.
  package convenience init(trusted path: String) throws(Errno) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .noSuchFile }
    try self.init(Descriptor(owning: try retrying { open(path, OpenFlags.path | O_CLOEXEC) }))
  }

  /// Opens a directory by `PathWalk`'s rules.
  package convenience init(directory path: String) throws(FileError) {
    let walk = try PathWalk(toDirectory: path)
    try self.init(directoryOf: walk)
  }

  private convenience init(directoryOf walk: borrowing PathWalk) throws(FileError) {
    let fd = walk.directory.rawValue
    do throws(Errno) {
      try self.init(Descriptor(owning: try retrying { fcntl(fd, F_DUPFD_CLOEXEC, 0) }))
    } catch {
      throw .system(error)
    }
  }

  /// Finds the file at a path by `PathWalk`'s rules, following symbolic links.
  /// - Returns: The directory that contains it, its name, and its kind if it exists.
  /// - Throws: `.notRegular` for a descriptor of this process, such as `/dev/stdout`.
  package static func walked(
    toFile path: String
  ) throws(FileError) -> (directory: FileNode, name: [UInt8], kind: FileKind?) {
    let walk = try PathWalk(toFile: path)
    if walk.held != nil { throw .notRegular(path: path, .device) }
    return (try FileNode(directoryOf: walk), Array(walk.name.utf8), walk.kind)
  }

  /// Opens an entry of a trusted directory, following symbolic links, such as `root` in `/proc/PID`.
  package func following(_ name: String) throws(Errno) -> FileNode {
    let fd = descriptor.rawValue
    return try FileNode(
      Descriptor(owning: try retrying { openat(fd, name, OpenFlags.path | O_CLOEXEC) }))
  }

  /// Opens an entry without following it.
  /// - Returns: nil if it does not exist.
  package func child(_ name: [UInt8]) throws(Errno) -> FileNode? {
    let (fd, path) = (descriptor.rawValue, try Self.entry(name))
    let child: Descriptor
    do throws(Errno) {
      child = Descriptor(owning: try retrying { openat(fd, path, OpenFlags.path | O_NOFOLLOW | O_CLOEXEC) })
    } catch {
      if error == .noSuchFile { return nil }
      throw error
    }
    return try FileNode(child)
  }

  /// Resolves a path like a process whose root directory this is: symbolic links and `..` cannot lead out of it, and
  /// magic links in procfs are rejected.
  /// - Throws: `.notImplemented` before Linux 5.6; `.tooManySymbolicLinkLevels` for a magic link.
  package func resolving(_ path: [UInt8]) throws(Errno) -> FileNode {
    guard !path.isEmpty, !path.contains(0) else { throw .noSuchFile }
    let (fd, text) = (descriptor.rawValue, path.terminated)
    for _ in 0..<Self.maximumAttempts {
      do throws(Errno) {
        return try FileNode(Descriptor(owning: try retrying { cri_open_in_root(fd, text) }))
      } catch {
        // A directory on a path with `..` was renamed in the meantime.
        guard error == .again else { throw error }
      }
    }
    throw .again
  }

  /// The target of a symbolic link.
  package func linkTarget() throws(Errno) -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: Self.maximumTarget)
    let fd = descriptor.rawValue
    // An empty path means the opened link itself (readlink(2)).
    let count = try retrying { readlinkat(fd, "", &buffer, Self.maximumTarget) }
    guard count > 0, count < Self.maximumTarget else { throw .nameTooLong }
    return buffer[..<count].map { UInt8(bitPattern: $0) }
  }

  /// Opens a regular file for reading.
  /// - Throws: `.invalid` for any other kind of file, which is then not opened.
  package func content() throws(Errno) -> FileContent {
    guard status.kind == .regular else { throw .invalid }
    return try FileContent(try reopened(O_RDONLY | O_NONBLOCK | O_NOCTTY), size: status.size)
  }

  /// Opens exactly this file again: a link in `/proc/self/fd` points to the file itself, regardless of its current
  /// name.
  func reopened(_ flags: Int32) throws(Errno) -> Descriptor {
    let path = "/proc/self/fd/\(descriptor.rawValue)"
    return Descriptor(owning: try retrying { open(path, flags | O_CLOEXEC) })
  }

  /// Reads a small file in a trusted directory, such as `uid_map` in `/proc/PID`.
  package func readShort(_ name: String, limit: Int = 64 << 10) throws(Errno) -> [UInt8] {
    let fd = descriptor.rawValue
    let file = Descriptor(
      owning: try retrying { openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) })
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    let number = file.rawValue
    while bytes.count < limit {
      let count = try retrying { read(number, &buffer, buffer.count) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// The memory that a name takes in an array of names, in bytes.
  package static func cost(ofName name: [UInt8]) -> Int { 64 + name.count }

  /// Returns the names in this directory without `.` and `..`, in the order of their bytes.
  /// - Parameter limit: The maximum memory for the names in bytes.
  /// - Throws: `.fileTooLarge` if they need more.
  package func names(limit: Int) throws(Errno) -> [[UInt8]] {
    let fd = descriptor.rawValue
    // Use a new descriptor, because a duplicate would share the position.
    let own = try retrying { openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard let stream = fdopendir(own) else {
      let error = Errno.last
      close(own)
      throw error
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    var cost = 0
    while true {
      // Only errno distinguishes the end from an error.
      errno = 0
      guard let entry = readdir(stream) else {
        let error = Errno.last
        if error.rawValue != 0 { throw error }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
          Array(UnsafeBufferPointer(start: bytes, count: 256).prefix { $0 != 0 })
        }
      }
      if name == [UInt8(ascii: ".")] || name == Array("..".utf8) { continue }
      cost += Self.cost(ofName: name)
      if cost > limit { throw .fileTooLarge }
      names.append(name)
    }
  }

  /// Whether a step from this directory into an entry is allowed by the rules of `PathWalk`: other users can move anything
  /// in their own directories.
  package func mayLead(to child: FileNode) -> Bool {
    Caller.trusts(status.owner) || child.status.owner == status.owner
  }

  /// Whether the file is on a file system that the kernel synthesises, such as procfs, sysfs or a cgroup hierarchy.
  /// Reading and writing there has effects other than storing bytes.
  package var isOnPseudoFileSystem: Bool {
    switch cri_file_system_magic(descriptor.rawValue) {
    // From <linux/magic.h>: PROC, SYSFS, CGROUP, CGROUP2, DEBUGFS, TRACEFS, SECURITYFS, BPF_FS, SELINUX, PSTOREFS,
    // EFIVARFS, NSFS, DEVPTS, BINFMTFS; CONFIGFS (fs/configfs/mount.c), FUSECTL (fs/fuse/control.c), MQUEUE (ipc/mqueue.c).
    case 0x9fa0, 0x6265_6572, 0x27_e0eb, 0x6367_7270, 0x6462_6720, 0x7472_6163, 0x7363_6673, 0xcafe_4a11, 0xf97c_ff8c,
      0x6165_676c, 0xde5e_81e4, 0x6e73_6673, 0x1cd1, 0x4249_4e4d, 0x6265_6570, 0x6573_5543, 0x1980_0202:
      true
    default: false
    }
  }

  /// A name of a directory entry as a C string.
  static func entry(_ name: [UInt8]) throws(Errno) -> [CChar] {
    guard !name.isEmpty, !name.contains(UInt8(ascii: "/")), !name.contains(0), name != [UInt8(ascii: ".")],
      name != Array("..".utf8)
    else { throw .invalid }
    return name.terminated
  }
}

extension [UInt8] {
  /// The bytes as a C string.
  var terminated: [CChar] { map { CChar(bitPattern: $0) } + [0] }
}
