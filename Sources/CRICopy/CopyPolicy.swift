/// Determines the owner and the permission bits of a copied file.
package struct CopyPolicy: Sendable {
  package enum Direction: Hashable, Sendable {
    case outOfContainer
    case intoContainer
  }

  /// The owners of the copied files.
  package enum Owners: Hashable, Sendable {
    /// The owner that the kernel gives to new files: the caller.
    case caller
    /// Root as the container sees it.
    case containerRoot
    /// The same numeric IDs as in the source.
    case kept
  }

  private static let specialBits: UInt32 = 0o6000

  let direction: Direction
  let owners: Owners
  /// The maps that convert the source's owners to the container's IDs, and those IDs to the destination's.
  let source: (users: IDMap, groups: IDMap)?
  let destination: (users: IDMap, groups: IDMap)?

  /// - Parameters:
  ///   - source: The container, if its files are read on the node.
  ///   - destination: The container, if its files are written on the node.
  package init(
    _ direction: Direction, owners: Owners, from source: ContainerRoot? = nil, to destination: ContainerRoot? = nil
  ) {
    self.direction = direction
    self.owners = owners
    self.source = source.map { ($0.users, $0.groups) }
    self.destination = destination.map { ($0.users, $0.groups) }
  }

  /// - Throws: `.refused` if the container has no such ID.
  package func applied(to entry: CopyEntry) throws(CopyError) -> CopyEntry {
    var entry = entry
    switch (direction, owners) {
    case (.outOfContainer, _): entry.permissions &= 0o777
    // A file that is given a different owner must not grant that owner's rights to every user who runs it.
    case (.intoContainer, .kept): break
    case (.intoContainer, _): entry.permissions &= ~Self.specialBits
    }
    switch owners {
    case .caller: (entry.owner, entry.group) = (nil, nil)
    case .containerRoot: (entry.owner, entry.group) = (0, 0)
    case .kept:
      entry.owner = entry.owner.map { source?.users.container($0) ?? $0 }
      entry.group = entry.group.map { source?.groups.container($0) ?? $0 }
    }
    if let destination {
      entry.owner = try Self.mapped(entry.owner, destination.users, entry)
      entry.group = try Self.mapped(entry.group, destination.groups, entry)
    }
    return entry
  }

  private static func mapped(_ id: UInt32?, _ map: IDMap, _ entry: CopyEntry) throws(CopyError) -> UInt32? {
    guard let id else { return nil }
    guard let host = map.host(id) else {
      throw .refused(path: String(decoding: entry.path, as: UTF8.self), .unmappedID(id))
    }
    return host
  }
}
