internal import CRISystem

/// Resolves paths on the node by the rules of `PathWalk`: another user's symbolic link is not followed.
package enum HostPath {
  /// Finds the object to copy.
  /// - Parameter followsLast: Whether a symbolic link at the end is followed.
  package static func source(_ path: CopyPath, followsLast: Bool) throws(CopyError) -> CopySource {
    let node: FileNode
    if path.requiresDirectory {
      node = try directory(path.text, path)
    } else {
      let child = try child(Array(path.name.utf8), of: directory(path.parent, path), path)
      node = followsLast && child.status.kind == .symbolicLink ? try followed(path) : child
    }
    if node.isOnPseudoFileSystem { throw .refused(path: path.text, .pseudoFileSystem) }
    return CopySource(
      node: node, name: Array(path.name.utf8), copiesContents: path.copiesContents, typedPath: path.text)
  }

  /// Finds the destination. A symbolic link at the end is followed.
  package static func destination(_ path: CopyPath) throws(CopyError) -> CopyDestination {
    do throws(CopyError) {
      let node = try directory(path.text, path)
      if node.isOnPseudoFileSystem { throw .refused(path: path.text, .pseudoFileSystem) }
      return .directory(node)
    } catch {
      guard case .host(_, let reason) = error, reason == .noSuchFile || reason == .notADirectory else { throw error }
    }
    if path.copiesContents { throw .refused(path: path.text, .missingDirectory) }
    // Trailing slashes do not change which name is meant; CopyRule applies the rules about them.
    var text = path.text
    while text.utf8.count > 1, text.hasSuffix("/") { text.removeLast() }
    let found = try file(text, path)
    if found.directory.isOnPseudoFileSystem { throw .refused(path: path.text, .pseudoFileSystem) }
    return .name(found.name, in: found.directory, existing: found.kind)
  }

  /// The target of a symbolic link at the end of the path.
  private static func followed(_ path: CopyPath) throws(CopyError) -> FileNode {
    do throws(CopyError) {
      return try directory(path.text, path)
    } catch {
      guard case .host(_, .notADirectory) = error else { throw error }
    }
    let found = try file(path.text, path)
    return try child(found.name, of: found.directory, path)
  }

  private static func directory(_ text: String, _ path: CopyPath) throws(CopyError) -> FileNode {
    do throws(FileError) { return try FileNode(directory: text) } catch { throw .host(path: path.text, error) }
  }

  private static func file(
    _ text: String, _ path: CopyPath
  ) throws(CopyError) -> (directory: FileNode, name: [UInt8], kind: FileKind?) {
    do throws(FileError) { return try FileNode.walked(toFile: text) } catch {
      if case .notRegular(_, let kind) = error { throw .refused(path: path.text, .destination(kind)) }
      throw .host(path: path.text, error)
    }
  }

  private static func child(_ name: [UInt8], of parent: FileNode, _ path: CopyPath) throws(CopyError) -> FileNode {
    do throws(Errno) {
      if let node = try parent.child(name) { return node }
    } catch { throw .system(path: path.text, error) }
    throw .system(path: path.text, .noSuchFile)
  }
}
