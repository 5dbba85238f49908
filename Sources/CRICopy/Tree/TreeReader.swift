internal import CRISystem

/// Reads a file or a directory tree, one step at a time. Symbolic links are never followed, and every step starts from
/// an open directory, so a change to the tree cannot redirect it outside. Devices, FIFOs and sockets are never opened.
package struct TreeReader {
  private struct Level {
    let directory: FileNode
    let path: [UInt8]
    /// The names that have not been visited, the next one last.
    var names: [[UInt8]]
  }

  private let displayName: String
  private var start: FileNode?
  private var levels: [Level] = []
  private var file: (content: FileContent, path: [UInt8], remaining: Int)?
  /// The path of a file that was truncated while it was read; nil once this has been reported.
  private var shrunkPath: [UInt8]?
  /// The first path of each file that has several names.
  private var links: [FileIdentity: [UInt8]] = [:]
  /// What is left of the limits, in bytes.
  private var nameMemory: Int
  private var linkMemory: Int

  /// - Parameters:
  ///   - nameMemory: The maximum memory for names that have not been visited, in bytes.
  ///   - linkMemory: The maximum memory for the paths of files with several names, in bytes.
  package init(
    _ source: CopySource, nameMemory: Int = CopyLimits.nameMemory, linkMemory: Int = CopyLimits.linkPaths
  ) {
    start = source.node
    displayName = source.typedPath
    self.nameMemory = nameMemory
    self.linkMemory = linkMemory
  }

  /// - Returns: The next event; nil at the end.
  package mutating func next() throws(CopyError) -> CopyEvent? {
    if let event = try nextPart() { return event }
    if let node = start {
      start = nil
      return try visit(node, path: [])
    }
    while let last = levels.indices.last {
      guard let name = levels[last].names.popLast() else {
        levels.removeLast()
        continue
      }
      nameMemory += FileNode.cost(ofName: name)
      let (directory, parent) = (levels[last].directory, levels[last].path)
      let path = parent.isEmpty ? name : parent + [UInt8(ascii: "/")] + name
      guard let node = try system(path, { () throws(Errno) in try directory.child(name) }) else {
        return .skipped(path: path, .vanished)
      }
      return try visit(node, path: path)
    }
    return nil
  }

  private mutating func nextPart() throws(CopyError) -> CopyEvent? {
    if let path = shrunkPath {
      shrunkPath = nil
      return .skipped(path: path, .shrank)
    }
    guard let (content, path, remaining) = file else { return nil }
    guard remaining > 0 else {
      file = nil
      return nil
    }
    switch try system(path, { () throws(Errno) in try content.next() }) {
    case .bytes(let bytes):
      file?.remaining -= bytes.count
      return .bytes(bytes)
    case .hole(let count):
      file?.remaining -= count
      return .zeros(count)
    case nil:
      // The entry has announced this many bytes.
      file = nil
      shrunkPath = path
      return .zeros(remaining)
    }
  }

  private mutating func visit(_ node: FileNode, path: [UInt8]) throws(CopyError) -> CopyEvent? {
    let status = node.status
    let kind: CopyEntry.Kind
    switch status.kind {
    case .regular:
      if node.isOnPseudoFileSystem { return .skipped(path: path, .pseudoFileSystem) }
      if status.size > CopyLimits.size { throw .refused(path: display(path), .tooLarge) }
      if status.linkCount > 1 {
        if let first = links[status.identity] {
          kind = .hardLink(target: first)
          break
        }
        remember(path, of: status.identity)
      }
      kind = .regular(size: status.size)
      file = (try system(path) { () throws(Errno) in try node.content() }, path, status.size)
    case .directory:
      if node.isOnPseudoFileSystem { return .skipped(path: path, .pseudoFileSystem) }
      if levels.count >= CopyLimits.depth { throw .refused(path: display(path), .tooDeep) }
      let names = try names(of: node, path)
      levels.append(Level(directory: node, path: path, names: names.reversed()))
      kind = .directory
    case .symbolicLink:
      kind = .symbolicLink(target: try system(path) { () throws(Errno) in try node.linkTarget() })
    case let other:
      if path.isEmpty { throw .refused(path: display(path), .source(other)) }
      return .skipped(path: path, .kind(other))
    }
    return .entry(
      CopyEntry(
        path: path, kind: kind, permissions: status.permissions, owner: status.owner, group: status.group,
        modified: status.modified))
  }

  private mutating func names(of node: FileNode, _ path: [UInt8]) throws(CopyError) -> [[UInt8]] {
    do throws(Errno) {
      let names = try node.names(limit: nameMemory)
      nameMemory -= names.reduce(0) { $0 + FileNode.cost(ofName: $1) }
      return names
    } catch {
      throw error == .fileTooLarge
        ? .refused(path: display(path), .tooManyNames) : .system(path: display(path), error)
    }
  }

  private mutating func remember(_ path: [UInt8], of file: FileIdentity) {
    let cost = FileNode.cost(ofName: path)
    guard cost <= linkMemory else { return }
    linkMemory -= cost
    links[file] = path
  }

  private func display(_ path: [UInt8]) -> String {
    path.isEmpty ? displayName : "\(displayName)/\(String(decoding: path, as: UTF8.self))"
  }

  private func system<Value>(_ path: [UInt8], _ body: () throws(Errno) -> Value) throws(CopyError) -> Value {
    do throws(Errno) { return try body() } catch { throw .system(path: display(path), error) }
  }
}
