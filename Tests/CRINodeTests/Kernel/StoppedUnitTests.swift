import CRIPreflight
import TestSupport
import Testing

@testable import CRINode

/// What systemd ends together with the daemon.
@Suite struct StoppedUnitTests {
  private static let cgroup = "1:name=systemd:/system.slice/containerd.service\n0::/other\n"

  /// - Parameter unit: The unit's file and its drop-in file; nil if there is none.
  private static func read(_ unit: [String?], cgroup: String = cgroup) throws -> StoppedUnit? {
    let (tree, node) = (try NodeTree(), try FakeNode())
    for (path, text) in zip(["containerd.service", "containerd.service.d/10.conf"], unit) {
      if let text { try tree.write("/etc/systemd/system/\(path)", text) }
    }
    try node.process(2, "containerd", parent: 1, cgroup: cgroup)
    let program = "/usr/bin/containerd-shim-runc-v2"
    for (pid, id, cgroup) in [
      (Int32(3), "a", cgroup), (4, "b", "1:name=systemd:/system.slice/containerd.service/sub\n"),
      (5, "c", "1:name=systemd:/system.slice/containerd.service.slice\n"), (6, "d", "0::/kubepods\n"),
    ] {
      try node.process(pid, "containerd-shim", parent: 1, arguments: [program, "-id", id], cgroup: cgroup)
    }
    let table = try ProcessTable(proc: node.paths.proc)
    return StoppedUnitReader(files: NodeFiles(root: tree.root), table: table).read(2)
  }

  @Test(
    arguments: [
      ("[Service]\nExecStart=/usr/bin/containerd\n", nil, "control-group"),
      ("[Service]\nKillMode=mixed\n", nil, "mixed"), ("[Service]\nKillMode=process\n", nil, nil),
      ("[Service]\nKillMode=process\n", "[Service]\nKillMode = control-group \n", "control-group"),
      ("[Service]\nKillMode=process\n", "[Service]\nKillMode=\n", "control-group"),
      ("[Service]\nExecStart=x\n", "[Unit]\nKillMode=process\n[Service]\n# KillMode=process\n", "control-group"),
      ("[Service]\nExecStart=x\n", "[Service]\nKillMode=none\n", nil), (nil, nil, nil),
    ] as [(String?, String?, String?)])
  func `the unit's files decide`(main: String?, dropIn: String?, mode: String?) throws {
    let unit = try Self.read([main, dropIn])
    #expect(unit?.killMode == mode)
    if let unit { #expect(unit.name == "containerd.service" && unit.supervised == ["a", "b"]) }
  }

  @Test(arguments: [
    "0::/\n", "1:name=systemd:/user.slice/session.scope\n", "1:name=systemd:/system.slice/other.service\n",
  ])
  func `a daemon outside the unit is not affected`(cgroup: String) throws {
    #expect(try Self.read(["[Service]\nKillMode=mixed\n"], cgroup: cgroup) == nil)
  }
}
