import CRICopy
import CRISystem
import Testing

@Suite struct CopyPolicyTests {
  private func entry(_ permissions: UInt32, owner: UInt32 = 5, group: UInt32 = 6) -> CopyEntry {
    CopyEntry(path: [97], kind: .directory, permissions: permissions, owner: owner, group: group)
  }

  @Test func `a file copied out of a container never has set-uid, set-gid or sticky bits, whatever its owner`() throws {
    for owners in [CopyPolicy.Owners.caller, .kept] {
      let copied = try CopyPolicy(.outOfContainer, owners: owners).applied(to: entry(0o7755))
      #expect(copied.permissions == 0o755)
      #expect(copied.owner == (owners == .kept ? 5 : nil) && copied.group == (owners == .kept ? 6 : nil))
    }
  }

  @Test func `a file that is copied into a container with a new owner has no set-uid or set-gid bit`() throws {
    let copied = try CopyPolicy(.intoContainer, owners: .containerRoot).applied(to: entry(0o7755))
    #expect(copied.permissions == 0o1755 && copied.owner == 0 && copied.group == 0)
    #expect(try CopyPolicy(.intoContainer, owners: .kept).applied(to: entry(0o4755)).permissions == 0o4755)
  }

  @Test func `owners are mapped through the container's user namespace`() throws {
    let map = IDMap("         0     100000      65536\n     70000          7          1\n")
    #expect(map.host(0) == 100_000 && map.host(65_535) == 165_535 && map.host(65_536) == nil && map.host(70_000) == 7)
    #expect(map.container(100_000) == 0 && map.container(7) == 70_000 && map.container(0) == 65_534)
    let root = ContainerRoot(root: try FileNode(trusted: "/"), users: map, groups: map)
    let inside = try CopyPolicy(.intoContainer, owners: .containerRoot, to: root).applied(to: entry(0o644))
    #expect(inside.owner == 100_000 && inside.group == 100_000)
    let outside = try CopyPolicy(.outOfContainer, owners: .kept, from: root).applied(
      to: entry(0o644, owner: 100_005, group: 1))
    #expect(outside.owner == 5 && outside.group == 65_534)
    #expect(throws: CopyError.refused(path: "a", .unmappedID(66_000))) {
      try CopyPolicy(.intoContainer, owners: .kept, to: root).applied(to: entry(0o644, owner: 66_000))
    }
  }
}
