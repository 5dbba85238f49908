package import CRISystem

/// The root directory of a container, opened through its process, with the IDs of its user namespace.
package struct ContainerRoot: Sendable {
  /// The reason why the files of a process cannot be used.
  package enum Unusable: Error, Hashable, Sendable {
    case system(Errno)
    /// The process is in this process's mount namespace, or has the same root directory, as with a container in a
    /// virtual machine.
    case hasHostFiles
    /// The process belongs to a different container, so the process ID has been reused.
    case otherContainer
  }

  /// The maximum number of symbolic links, as in the kernel (path_resolution(7)).
  private static let maximumLinks = 40

  package let root: FileNode
  package let users: IDMap
  package let groups: IDMap

  package init(root: FileNode, users: IDMap = .identity, groups: IDMap = .identity) {
    self.root = root
    self.users = users
    self.groups = groups
  }

  /// Opens the root directory of a process. The caller must then check that the process is still the container's: the
  /// open directory belongs to the process that had the ID at the time of this call, even if the ID is reused.
  /// - Parameters:
  ///   - id: The container's ID, which must match the container ID in the process's cgroup, if there is one.
  ///   - proc: The directory of procfs.
  package init(pid: Int32, id: String, proc: String = "/proc") throws(Unusable) {
    let process = try Self.system { () throws(Errno) in try FileNode(trusted: "\(proc)/\(pid)") }
    func text(_ name: String) throws(Unusable) -> String {
      String(decoding: try Self.system { () throws(Errno) in try process.readShort(name) }, as: UTF8.self)
    }
    let ids = Self.containerIDs(try text("cgroup"))
    if !ids.isEmpty, !ids.contains(id) { throw .otherContainer }
    let root = try Self.system { () throws(Errno) in try process.following("root") }
    let hasHostFiles = try Self.system { () throws(Errno) in
      let namespace = try process.following("ns").following("mnt").status.identity
      let ownNamespace = try FileNode(trusted: "/proc/self/ns/mnt").status.identity
      let ownRoot = try FileNode(trusted: "/").status.identity
      return namespace == ownNamespace || root.status.identity == ownRoot
    }
    if hasHostFiles { throw .hasHostFiles }
    // This reports a kernel without openat2 before anything is copied.
    _ = try Self.system { () throws(Errno) in try root.resolving([UInt8(ascii: ".")]) }
    self.root = root
    users = IDMap(try text("uid_map"))
    groups = IDMap(try text("gid_map"))
  }

  private static func system<Value>(_ body: () throws(Errno) -> Value) throws(Unusable) -> Value {
    do throws(Errno) { return try body() } catch { throw .system(error) }
  }

  /// The IDs of containers in a process's `cgroup` file: words of 64 hexadecimal digits.
  private static func containerIDs(_ text: String) -> [String] {
    text.split { !$0.isHexDigit }.filter { $0.count == 64 }.map(String.init)
  }

  /// Finds the object to copy, as the container sees it.
  /// - Parameter followsLast: Whether a symbolic link at the end is followed.
  package func source(_ path: CopyPath, followsLast: Bool) throws(CopyError) -> CopySource {
    let found = try locate(path, followsLast: followsLast)
    guard let node = found.node else { throw .system(path: path.text, .noSuchFile) }
    if path.requiresDirectory, node.status.kind != .directory { throw .refused(path: path.text, .notADirectory) }
    if node.isOnPseudoFileSystem { throw .refused(path: path.text, .pseudoFileSystem) }
    return CopySource(
      node: node, name: Array(path.name.utf8), copiesContents: path.copiesContents, typedPath: path.text)
  }

  /// Finds the destination, as the container sees it. A symbolic link at the end is followed.
  package func destination(_ path: CopyPath) throws(CopyError) -> CopyDestination {
    let found = try locate(path, followsLast: true)
    if let node = found.node, node.status.kind == .directory {
      if node.isOnPseudoFileSystem { throw .refused(path: path.text, .pseudoFileSystem) }
      return .directory(node)
    }
    guard let parent = found.parent else { throw .system(path: path.text, .notADirectory) }
    if parent.isOnPseudoFileSystem { throw .refused(path: path.text, .pseudoFileSystem) }
    return .name(found.name, in: parent, existing: found.node?.status.kind)
  }

  private struct Found {
    /// nil for a directory without a name, such as `/`.
    var parent: FileNode?
    var name: [UInt8] = []
    /// nil if it does not exist.
    var node: FileNode?
  }

  private func locate(_ path: CopyPath, followsLast: Bool) throws(CopyError) -> Found {
    do throws(Errno) {
      if path.copiesContents { return Found(node: try directory(Array(path.text.utf8))) }
      var parent = Array(path.parent.utf8)
      var name = Array(path.name.utf8)
      for _ in 0..<Self.maximumLinks {
        let directory = try directory(parent)
        let child = try directory.child(name)
        guard let child, child.status.kind == .symbolicLink, followsLast || path.requiresDirectory else {
          return Found(parent: directory, name: name, node: child)
        }
        // The target is resolved again from the container's root, so it cannot point outside, whatever its text is.
        let target = CopyPath(String(decoding: try child.linkTarget(), as: UTF8.self))
        let isAbsolute = target.text.utf8.first == UInt8(ascii: "/")
        let base = isAbsolute ? [] : parent + [UInt8(ascii: "/")]
        if target.copiesContents { return Found(node: try self.directory(base + Array(target.text.utf8))) }
        parent = base + Array(target.parent.utf8)
        name = Array(target.name.utf8)
        if parent.count > CopyLimits.path { throw .nameTooLong }
      }
      throw .tooManySymbolicLinkLevels
    } catch {
      throw .system(path: path.text, error)
    }
  }

  private func directory(_ path: [UInt8]) throws(Errno) -> FileNode {
    let node = try root.resolving(path)
    guard node.status.kind == .directory else { throw .notADirectory }
    return node
  }
}
