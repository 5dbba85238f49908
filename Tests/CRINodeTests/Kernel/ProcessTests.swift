import CRIJSON
import CRIMessages
import CRISnapshot
import TestSupport
import Testing

/// The facts about processes that the runtime reports.
@Suite struct ProcessTests {
  private let a = FakeNode.id("a")
  private let b = FakeNode.id("b")

  private func facts(_ reading: Observation<ObservedProcess>?) -> ObservedProcess.Facts? {
    if case .there(let facts) = reading?.value { facts } else { nil }
  }

  @Test func `a live process is read with its parent, cgroup and network namespace`() throws {
    let node = try FakeNode()
    try node.shim(50, a)
    // A name may contain any character.
    try node.process(
      100, "we) ird (x", parent: 50, startTime: 12345, cgroup: "1:cpu:/\n0::/kubepods/pod1/\(a)\n", namespace: "n1")
    try node.process(101, "main", parent: 50, cgroup: "2:cpu:/kubepods/x:y\n0::/\n", namespace: "n1")
    let observed = node.observed(
      node.snapshot([sandbox(a, ip: "10.0.0.1", pid: 100)], containers: [container(b, in: a, pid: 101)]))
    let pause = try #require(facts(observed.sandboxes[0].observed?.process))
    #expect(pause.startTime == 12345)
    #expect(pause.state == "S" && !pause.isZombie)
    #expect(pause.parent == 50 && pause.shim == a)
    #expect(pause.cgroup == "/kubepods/pod1/\(a)")
    let main = try #require(facts(observed.containers[0].observed?.process))
    #expect(main.cgroup == "/kubepods/x:y")
    #expect(main.networkNamespace.value != nil && main.networkNamespace == pause.networkNamespace)
  }

  @Test func `a reader in a separate cgroup namespace is recorded, and reads the same hierarchy`() throws {
    let node = try FakeNode()
    try node.write("", to: "proc/self/ns/cgroup")
    try node.process(101, "main", parent: 1, cgroup: "2:cpu:/../pod/x\n0::/../..\n")
    let observed = node.observed(
      node.snapshot([sandbox(a)], containers: [container(b, in: a, pid: 101)]), includesNode: true)
    #expect(facts(observed.containers[0].observed?.process)?.cgroup == "/../pod/x")
    let namespace = try #require(observed.observed?.cgroupNamespace)
    #expect(try Snapshot(parsing: Array(observed.json.text().utf8)).observed?.cgroupNamespace == namespace)
    try node.remove("proc/self")
    let older = node.observed(node.snapshot([sandbox(a)]), includesNode: true)
    #expect(older.observed != nil && older.observed?.cgroupNamespace == nil)
  }

  @Test func `the log file of a running container is checked`() throws {
    let node = try FakeNode()
    var containers = (1...4).map { container("\($0)", in: a, pid: 101, isRunning: $0 != 3) }
    for index in 0..<3 { containers[index].status.logPath = "/var/log/pods/\(index + 1).log" }
    // The log is in the runtime's file system, which is not ours.
    try node.write("", to: "proc/1/root/var/log/pods/1.log")
    let observed = node.observed(node.snapshot([sandbox(a)], containers: containers))
    #expect(observed.containers.map { $0.observed?.hasLog } == [.known(true), .known(false), nil, nil])
    #expect(observed.unchecked.allSatisfy { $0.subjectText != "log files of containers" })
    // The file may exist but be invisible to us.
    try node.remove("proc/1/root")
    let hidden = node.observed(node.snapshot([sandbox(a)], containers: containers))
    #expect(hidden.containers[1].observed?.hasLog?.reason != nil)
    #expect(hidden.unchecked.contains { $0.subjectText == "log files of containers" })
  }

  @Test func `missing processes and zombies are distinguished`() throws {
    let node = try FakeNode()
    try node.process(101, "main", parent: 1, state: "Z")
    let observed = node.observed(
      node.snapshot(
        [sandbox(a, pid: 100), sandbox(b), sandbox(FakeNode.id("c"), pid: 101, isReady: false)],
        containers: [
          container("1", in: a, pid: 101), container("2", in: a, pid: nil),
          container("3", in: a, pid: 101, isRunning: false),
        ]))
    #expect(observed.sandboxes[0].observed?.process == .known(.gone))
    #expect(observed.sandboxes[1].observed?.process == nil)
    #expect(observed.sandboxes[2].observed?.process == nil)
    #expect(facts(observed.containers[0].observed?.process)?.isZombie == true)
    #expect(observed.containers[0].observed?.process?.value?.alive == nil)
    #expect(observed.containers[1].observed == ObservedContainer(process: nil))
    #expect(observed.containers[2].observed == ObservedContainer(process: nil))
  }

  @Test func `the processes of an invisible daemon are unknown, not gone`() throws {
    let node = try FakeNode()
    let observed = node.observed(node.snapshot([sandbox(a, pid: 100)], pid: nil), includesNode: true)
    #expect(observed.sandboxes[0].observed?.process?.reason != nil)
    #expect(observed.observed?.orphans?.reason != nil)
    #expect(observed.unchecked.contains { $0.subjectText == "processes of pods" })
    #expect(observed.incomplete.isEmpty)
  }

  @Test func `processes in another pid namespace are unknown`() throws {
    let node = try FakeNode()
    try node.write("", to: "namespaces/p1")
    try node.write("", to: "namespaces/p2")
    for (process, kind) in [("self", "p1"), ("77", "p2")] {
      try node.link("proc/\(process)/ns/pid", to: "namespaces/\(kind)")
    }
    try node.process(77, "containerd", parent: 1)
    let observed = node.observed(node.snapshot([sandbox(a, pid: 77)], pid: 77))
    #expect(observed.sandboxes[0].observed?.process?.reason != nil)
    try node.process(78, "containerd", parent: 1)
    try node.link("proc/78/ns/pid", to: "namespaces/p1")
    let same = node.observed(node.snapshot([sandbox(a, pid: 77)], pid: 78))
    #expect(facts(same.sandboxes[0].observed?.process) != nil)
  }

  @Test func `hidden processes are unknown, not gone`() throws {
    let node = try FakeNode()
    try node.remove("proc/1")
    let hidden = node.observed(node.snapshot([sandbox(a, pid: 100)]))
    #expect(hidden.sandboxes[0].observed?.process?.reason?.errno == 13)
    try node.remove("proc")
    let none = node.observed(node.snapshot([sandbox(a, pid: 100)]), includesNode: true)
    #expect(none.sandboxes[0].observed?.process?.reason?.errno == 2)
    #expect(none.observed?.orphans?.reason?.errno == 2)
  }
}
