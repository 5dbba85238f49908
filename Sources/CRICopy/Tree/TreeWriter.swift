internal import CRISystem

/// Writes entries below an open directory. Names are never followed, a regular file is given its name only when it is
/// complete, and hard links point only to files that this writer has written.
package final class TreeWriter {
  private struct Level {
    let name: [UInt8]
    let directory: FileNode
    /// The attributes to set when everything in it has been written; nil if the directory existed before.
    var attributes: FileAttributes?
  }

  private let base: FileNode
  /// The components of the copied object's own name, at most one.
  private let prefix: [[UInt8]]
  /// The owner of directories that a tar stream needs but does not contain.
  private let directoryOwner: (user: UInt32?, group: UInt32?)
  /// The open directories above the entry that was written last.
  private var levels: [Level] = []
  private var draft: (file: FileDraft, name: [UInt8], attributes: FileAttributes, remaining: Int, path: [UInt8])?
  private var written: Set<FileIdentity> = []
  private let isOnHost: Bool

  /// - Parameters:
  ///   - isOnHost: Whether the rules of `PathWalk` apply to directories that exist.
  ///   - directoryOwner: The owner of directories that a tar stream needs but does not contain.
  package init(
    _ placement: CopyPlacement, isOnHost: Bool, directoryOwner: (user: UInt32?, group: UInt32?) = (nil, nil)
  ) {
    switch placement {
    case .named(let name, let directory): (base, prefix) = (directory, [name])
    case .contents(let directory): (base, prefix) = (directory, [])
    }
    self.isOnHost = isOnHost
    self.directoryOwner = directoryOwner
  }

  package func write(_ event: CopyEvent) throws(CopyError) {
    switch event {
    case .entry(let entry): try write(entry)
    case .bytes(let bytes): try append(bytes.count, zeros: bytes.first == 0 && bytes.allSatisfy { $0 == 0 }, bytes)
    case .zeros(let count): try append(count, zeros: true, [])
    case .skipped: break
    }
  }

  /// Sets the attributes of the directories that are still open. Call it after the last event.
  package func finish() throws(CopyError) { try leave(downTo: 0) }

  private func append(_ count: Int, zeros: Bool, _ bytes: [UInt8]) throws(CopyError) {
    guard let draft, count <= draft.remaining else { throw .archive(.tooMuchData) }
    if zeros {
      draft.file.skip(count)
    } else {
      try system(draft.path) { () throws(Errno) in try draft.file.write(bytes) }
    }
    self.draft?.remaining -= count
    if draft.remaining == count { try publish() }
  }

  private func publish() throws(CopyError) {
    guard let draft else { return }
    self.draft = nil
    let identity = try system(draft.path) { () throws(Errno) in
      try draft.file.publish(as: draft.name, draft.attributes)
    }
    remember(identity)
  }

  private func remember(_ identity: FileIdentity) {
    if written.count < CopyLimits.writtenFiles { written.insert(identity) }
  }

  private func write(_ entry: CopyEntry) throws(CopyError) {
    guard draft == nil else { throw .archive(.missingData) }
    let components = prefix + Self.components(entry.path)
    guard let name = components.last else {
      // The directory whose contents are copied exists, and stays as it is.
      guard entry.kind == .directory else { throw .refused(path: display(entry.path), .otherOverDirectory) }
      return
    }
    let parent = try directory(components.dropLast(), entry.path)
    if entry.kind != .directory { try checkReplaceable(name, in: parent, entry.path) }
    switch entry.kind {
    case .directory: try enter(name, in: parent, entry)
    case .symbolicLink(let target):
      try system(entry.path) { () throws(Errno) in try parent.makeLink(name, target: target, entry.attributes) }
    case .hardLink(let target):
      let file = try linked(target)
      try system(entry.path) { () throws(Errno) in try parent.makeHardLink(name, to: file) }
    case .regular(let size):
      let file = try system(entry.path) { () throws(Errno) in try FileDraft(in: parent) }
      draft = (file, name, entry.attributes, size, entry.path)
      if size == 0 { try publish() }
    }
  }

  /// The target of a hard link, if this writer has written it.
  private func linked(_ target: [UInt8]) throws(CopyError) -> FileNode {
    let components = prefix + Self.components(target)
    guard let name = components.last else { throw .refused(path: display(target), .foreignHardLink) }
    let parent = try existing(components.dropLast(), target)
    guard let node = try system(target, { () throws(Errno) in try parent.child(name) }),
      node.status.kind == .regular, written.contains(node.status.identity)
    else { throw .refused(path: display(target), .foreignHardLink) }
    return node
  }

  private func existing(_ components: ArraySlice<[UInt8]>, _ path: [UInt8]) throws(CopyError) -> FileNode {
    var directory = base
    for component in components {
      guard let child = try system(path, { () throws(Errno) in try directory.child(component) }),
        child.status.kind == .directory
      else { throw .refused(path: display(path), .foreignHardLink) }
      directory = child
    }
    return directory
  }

  private func enter(_ name: [UInt8], in parent: FileNode, _ entry: CopyEntry) throws(CopyError) {
    if levels.count >= CopyLimits.depth { throw .refused(path: display(entry.path), .tooDeep) }
    if let made = try system(entry.path, { () throws(Errno) in try parent.makeDirectory(name) }) {
      remember(made.status.identity)
      levels.append(Level(name: name, directory: made, attributes: entry.attributes))
      return
    }
    levels.append(Level(name: name, directory: try present(name, in: parent, entry.path)))
  }

  /// An existing directory, which keeps its attributes.
  private func present(_ name: [UInt8], in parent: FileNode, _ path: [UInt8]) throws(CopyError) -> FileNode {
    guard let node = try system(path, { () throws(Errno) in try parent.child(name) }), node.status.kind == .directory
    else { throw .refused(path: display(path), .directoryOverOther) }
    if node.isOnPseudoFileSystem { throw .refused(path: display(path), .pseudoFileSystem) }
    if isOnHost, !parent.mayLead(to: node), !written.contains(node.status.identity) {
      throw .refused(path: display(path), .foreignDirectory)
    }
    return node
  }

  /// Opens the directory with these components below the base. Directories that are missing are created.
  private func directory(_ components: ArraySlice<[UInt8]>, _ path: [UInt8]) throws(CopyError) -> FileNode {
    var shared = 0
    while shared < levels.count, shared < components.count, levels[shared].name == components[shared] { shared += 1 }
    try leave(downTo: shared)
    for component in components[shared...] {
      let parent = levels.last?.directory ?? base
      if levels.count >= CopyLimits.depth { throw .refused(path: display(path), .tooDeep) }
      if let made = try system(path, { () throws(Errno) in try parent.makeDirectory(component) }) {
        remember(made.status.identity)
        let attributes = FileAttributes(
          permissions: 0o755, owner: directoryOwner.user, group: directoryOwner.group,
          modified: made.status.modified)
        levels.append(Level(name: component, directory: made, attributes: attributes))
      } else {
        levels.append(Level(name: component, directory: try present(component, in: parent, path)))
      }
    }
    return levels.last?.directory ?? base
  }

  private func leave(downTo count: Int) throws(CopyError) {
    while levels.count > count {
      let level = levels.removeLast()
      guard let attributes = level.attributes else { continue }
      try system(level.name) { () throws(Errno) in try level.directory.set(attributes) }
    }
  }

  private func checkReplaceable(_ name: [UInt8], in parent: FileNode, _ path: [UInt8]) throws(CopyError) {
    guard let node = try system(path, { () throws(Errno) in try parent.child(name) }) else { return }
    switch node.status.kind {
    case .regular, .symbolicLink: break
    case .directory: throw .refused(path: display(path), .otherOverDirectory)
    case let kind: throw .refused(path: display(path), .destination(kind))
    }
  }

  private static func components(_ path: [UInt8]) -> [[UInt8]] {
    path.split(separator: UInt8(ascii: "/")).map(Array.init)
  }

  private func display(_ path: [UInt8]) -> String {
    String(
      decoding: Array((prefix + [path].filter { !$0.isEmpty }).joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
  }

  private func system<Value>(_ path: [UInt8], _ body: () throws(Errno) -> Value) throws(CopyError) -> Value {
    do throws(Errno) { return try body() } catch { throw .system(path: display(path), error) }
  }
}
