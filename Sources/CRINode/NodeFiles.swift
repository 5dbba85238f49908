internal import CRISnapshot
internal import CRISystem

/// Reads the node's files. They are under a different root if we run in a container that mounts them.
struct NodeFiles: Sendable {
  private static let maximumLinks = 40
  private static let maximumSize = 16 << 20
  private static let maximumTOMLSize = 1 << 20

  /// The path of the node's `/`; empty if it is our own.
  private let root: String

  init(root: String) { self.root = root == "/" ? "" : root }

  /// The root of a process's file system: ours, unless the process or we are in a container.
  static func root(of pid: Int32?) -> String {
    guard let pid, let theirs = FileIdentity(of: "/proc/\(pid)/ns/mnt"),
      let ours = FileIdentity(of: "/proc/self/ns/mnt")
    else { return "/" }
    return theirs == ours ? "/" : "/proc/\(pid)/root"
  }

  func read(_ path: String) throws(FileError) -> [UInt8] { try File.read(resolve(path), limit: Self.maximumSize) }

  /// - Parameter limit: The maximum size in bytes.
  func text(_ path: String, limit: Int = maximumSize) throws(FileError) -> String {
    String(decoding: try File.read(resolve(path), limit: limit), as: UTF8.self)
  }

  /// The text of a runtime's configuration in TOML. It has a few kilobytes, and its values take up to 35 times as much
  /// memory.
  func toml(_ path: String) throws(FileError) -> String {
    String(decoding: try File.read(resolve(path), limit: Self.maximumTOMLSize), as: UTF8.self)
  }

  func names(in path: String) throws(FileError) -> [String] { try Directory.names(at: resolve(path)).sorted() }

  func exists(_ path: String) throws(FileError) -> Bool { try File.exists(resolve(path)) }

  /// Whether any user may execute a file.
  func isExecutable(_ path: String) throws(FileError) -> Bool { try File.hasExecutePermission(resolve(path)) }

  /// The user that owns a file.
  func owner(of path: String) throws(FileError) -> UInt32 { try File.owner(of: resolve(path)) }

  /// Connects to a unix socket without blocking, and closes the connection immediately.
  func connect(to path: String) throws(Errno) { _ = try UnixSocket.connect(to: resolve(path)) }

  /// The free space of the file system that contains a path.
  func space(at path: String) throws(FileError) -> FileSystemSpace {
    do throws(Errno) {
      return try FileSystemSpace.read(resolve(path))
    } catch {
      throw .system(error)
    }
  }

  /// The size of the file system that contains a path.
  func size(at path: String) throws(FileError) -> FileSystemSize {
    do throws(Errno) {
      return try FileSystemSize.read(resolve(path))
    } catch {
      throw .system(error)
    }
  }

  /// The paths of all files below a directory in the order in which Go's `filepath.Walk` visits them: sorted, with the
  /// files of a subdirectory at the subdirectory's position, and without following symbolic links to directories.
  func filesBelow(_ directory: String) throws(FileError) -> [String] {
    var found: [String] = []
    var rest = [directory]
    var count = 0
    while let next = rest.popLast() {
      count += 1
      if count > Self.maximumFiles { throw .fileTooLarge }
      guard next == directory || isDirectory(next) else {
        found.append(next)
        continue
      }
      rest += try names(in: next).reversed().map { "\(next)/\($0)" }
    }
    return found
  }

  private static let maximumFiles = 10_000

  /// Whether a path is a directory and not a symbolic link to one.
  private func isDirectory(_ path: String) -> Bool {
    guard let slash = path.lastIndex(of: "/") else { return false }
    let own = resolve(String(path[..<slash])) + path[slash...]
    return File.linkTarget(own) == nil && File.isDirectory(own)
  }

  /// Identifies the file at a path; nil if it does not exist.
  func identity(of path: String) -> FileIdentity? { FileIdentity(of: resolve(path)) }

  /// Whether a path on the node and a path in our file system name the same file.
  func isSame(_ path: String, asLocal other: String) -> Bool {
    guard let identity = FileIdentity(of: resolve(path)) else { return false }
    return identity == FileIdentity(of: other)
  }

  /// Returns the path that we can open. The node's symbolic links point to paths under the node's root, not under ours.
  private func resolve(_ path: String) -> String {
    guard !root.isEmpty else { return path }
    var resolved: [Substring] = []
    var rest = Array(path.split(separator: "/").reversed())
    var links = 0
    while let part = rest.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = resolved.popLast()
        continue
      }
      let here = root + "/" + (resolved + [part]).joined(separator: "/")
      if links < Self.maximumLinks, let target = File.linkTarget(here) {
        links += 1
        if target.hasPrefix("/") { resolved = [] }
        rest += target.split(separator: "/").reversed()
      } else {
        resolved.append(part)
      }
    }
    return root + "/" + resolved.joined(separator: "/")
  }
}

extension NodeFiles {
  /// Whether these files belong to the node of a containerd: its root directory exists, or its open database proves
  /// that something hides this directory.
  func isNode(ofRoot root: String?, _ hidden: Observation<String?>?) -> Bool {
    if case .known(.some)? = hidden { return true }
    return root.map { (try? exists($0)) == true } ?? false
  }

  /// Returns the reason why something on the node could not be examined.
  static func reason(_ path: String, _ error: FileError) -> UnknownReason {
    error == .noSuchFile
      ? UnknownReason(.notOnNode, path: path, errno: error.errno?.rawValue) : UnknownReason(error, path)
  }

  /// Returns the reason for a directory that exists but does not contain anything that the runtime lists.
  static func foreign(_ path: String) -> UnknownReason { UnknownReason(.foreignDirectory, path: path) }
}
