import CRICopy
import CRISystem
import Glibc
import TestSupport

/// A directory that serves as a container's root directory, next to files that a copy must not reach.
struct FileTree {
  let folder: TemporaryDirectory
  var container: String { folder.file("container") }
  var host: String { folder.file("host") }
  var secret: String { folder.file("secret") }

  init() throws {
    folder = try TemporaryDirectory()
    for path in [container, host, secret] { mkdir(path, 0o755) }
    try TestFile.write("secret", to: "\(secret)/file")
  }

  var root: ContainerRoot { get throws { ContainerRoot(root: try FileNode(trusted: container)) } }

  private func run(_ policy: CopyPolicy, _ skipped: Locked<[String]>) -> CopyRun {
    CopyRun(policy: policy, control: CopyControl()) { path, _ in
      skipped.withLock { $0.append(String(decoding: path, as: UTF8.self)) }
    }
  }

  /// Copies out of the container into the directory `host`.
  /// - Returns: The entries that were not copied.
  @discardableResult func copyOut(
    _ path: String, to target: String, owners: CopyPolicy.Owners = .caller, followsLink: Bool = false
  ) throws -> [String] {
    let skipped = Locked<[String]>([])
    let source = try root.source(CopyPath(path), followsLast: followsLink)
    let destination = CopyPath("\(host)/\(target)")
    let placement = try HostPath.destination(destination).placement(of: source.object, name: source.name, destination)
    try run(CopyPolicy(.outOfContainer, owners: owners), skipped).copy(source, to: placement)
    return skipped.withLock { $0 }
  }

  /// Copies from the directory `host` into the container.
  func copyIn(_ name: String, to path: String, users: IDMap = .identity) throws {
    let root = ContainerRoot(root: try root.root, users: users, groups: users)
    let source = try HostPath.source(CopyPath("\(host)/\(name)"), followsLast: false)
    let placement = try root.destination(CopyPath(path)).placement(
      of: source.object, name: source.name, CopyPath(path))
    try run(CopyPolicy(.intoContainer, owners: .containerRoot, to: root), Locked([])).copy(source, to: placement)
  }

  /// Extracts a tar stream into a directory of the container.
  func extract(_ bytes: [UInt8], to path: String) throws {
    try TestFile.write("", to: folder.file("stream"))
    let fd = open(folder.file("stream"), O_RDWR | O_TRUNC)
    defer { close(fd) }
    _ = bytes.withUnsafeBytes { write(fd, $0.baseAddress, $0.count) }
    lseek(fd, 0, SEEK_SET)
    let placement = try root.destination(CopyPath(path)).placement(of: .archive, name: [], CopyPath(path))
    try run(CopyPolicy(.intoContainer, owners: .kept), Locked([]))
      .copy(archiveFrom: fd, to: TreeWriter(placement, isOnHost: false))
  }

  func status(_ path: String) -> stat {
    var status = stat()
    _ = lstat(path, &status)
    return status
  }

  func isMissing(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) != 0
  }
}
