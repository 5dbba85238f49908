internal import CRISnapshot
internal import CRISystem

/// Reads the node's files, which may be under another root than ours: in a container that mounts them.
struct NodeFiles: Sendable {
  private static let maximumLinks = 40
  private static let largestFile = 16 << 20

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

  func read(_ path: String) throws(FileError) -> [UInt8] { try File.read(resolve(path), limit: Self.largestFile) }

  func text(_ path: String) throws(FileError) -> String { String(decoding: try read(path), as: UTF8.self) }

  func names(in path: String) throws(FileError) -> [String] { try Directory.names(at: resolve(path)).sorted() }

  func exists(_ path: String) throws(FileError) -> Bool { try File.exists(resolve(path)) }

  /// The paths of all files below a directory, with the files of subdirectories in the place of their directory, as Go's
  /// `filepath.Walk` visits them: sorted, and without following symbolic links to directories.
  func filesBelow(_ directory: String) throws(FileError) -> [String] {
    var found: [String] = []
    var rest = [directory]
    var count = 0
    while let next = rest.popLast() {
      count += 1
      if count > Self.mostFiles { throw .fileTooLarge }
      guard next == directory || isDirectory(next) else {
        found.append(next)
        continue
      }
      rest += try names(in: next).reversed().map { "\(next)/\($0)" }
    }
    return found
  }

  private static let mostFiles = 10_000

  /// Whether a path is a directory, and not a symbolic link to one.
  private func isDirectory(_ path: String) -> Bool {
    guard let slash = path.lastIndex(of: "/") else { return false }
    let own = resolve(String(path[..<slash])) + path[slash...]
    return File.linkTarget(own) == nil && File.isDirectory(own)
  }

  /// Identifies the file at a path; nil if it does not exist.
  func identity(of path: String) -> FileIdentity? { FileIdentity(of: resolve(path)) }

  /// Whether two paths lead to the same file.
  func isSame(_ path: String, asOurs other: String) -> Bool {
    guard let identity = FileIdentity(of: resolve(path)) else { return false }
    return identity == FileIdentity(of: other)
  }

  /// Returns the path that we can open. The node's links point to paths under the node's root, not under ours.
  private func resolve(_ path: String) -> String {
    guard !root.isEmpty else { return path }
    var done: [Substring] = []
    var rest = Array(path.split(separator: "/").reversed())
    var links = 0
    while let part = rest.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = done.popLast()
        continue
      }
      let here = root + "/" + (done + [part]).joined(separator: "/")
      if links < Self.maximumLinks, let target = File.linkTarget(here) {
        links += 1
        if target.hasPrefix("/") { done = [] }
        rest += target.split(separator: "/").reversed()
      } else {
        done.append(part)
      }
    }
    return root + "/" + done.joined(separator: "/")
  }
}

extension NodeFiles {
  /// Returns the reason why something on the node could not be examined.
  static func reason(_ path: String, _ error: FileError) -> UnknownReason {
    error == .noSuchFile
      ? UnknownReason(.notOnNode, path: path, errno: error.errno?.rawValue) : UnknownReason(error, path)
  }

  /// The directory exists and holds nothing that the runtime lists.
  static func foreign(_ path: String) -> UnknownReason { UnknownReason(.foreignDirectory, path: path) }
}
