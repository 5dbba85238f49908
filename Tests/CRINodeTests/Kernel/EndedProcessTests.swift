import CRINode
import CRIPreflight
import CRISnapshot
import TestSupport
import Testing

/// Processes that have exited without the runtime noticing, as found by preflight.
@Suite struct EndedProcessTests {
  @Test func `a pid that does not exist is found, if other processes of the runtime are visible`() async throws {
    let (node, fake) = (try RecordedNode("containerd-1.6.20"), try FakeNode())
    let sandboxes = node.snapshot.sandboxes.filter(\.isReady).compactMap { record in
      record.facts.pid.map { (record.id, $0) }
    }
    let containers = node.snapshot.containers.filter(\.isRunning).compactMap { record in
      record.pid.map { (record.id, $0) }
    }
    let (first, others) = (try #require(sandboxes.first), sandboxes.dropFirst() + containers)
    try #require(!others.isEmpty)
    // If none of the processes is visible, they may be elsewhere.
    let hidden = try await node.facts(proc: fake.paths.proc).endedProcesses
    #expect(hidden.reason?.code == .processesNotVisible)
    try fake.shim(900_001, first.0)
    try fake.process(first.1, "pause", parent: 900_001)
    let ended = try await node.facts(proc: fake.paths.proc).endedProcesses
    #expect(ended == .known(Dictionary(uniqueKeysWithValues: others)))
    for (_, pid) in others { try fake.process(pid, "main", parent: 900_001) }
    #expect(try await node.facts(proc: fake.paths.proc).endedProcesses == .known([:]))
  }
}
