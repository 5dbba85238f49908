import CRIMessages
import CRIProtobuf
import CRISnapshot
import TestSupport
import Testing

@Suite struct ListedChangesTests {
  private let before = Snapshot.before

  private var sandboxes: [PodSandbox] {
    before.sandboxes.map {
      PodSandbox(id: $0.id, metadata: $0.status.metadata, state: $0.status.state, createdAt: $0.status.createdAt)
    }
  }

  private var containers: [Container] {
    before.containers.map {
      Container(
        id: $0.id, podSandboxID: $0.sandboxID, metadata: $0.status.metadata, state: $0.status.state,
        createdAt: $0.status.createdAt)
    }
  }

  private func changes(
    _ sandboxes: [PodSandbox], _ containers: [Container], changed: Set<String> = [], limit: Int = .max
  ) -> ListedChanges {
    ListedChanges(since: before, sandboxes: sandboxes, containers: containers, changed: changed, limit: limit)
  }

  @Test func `nothing is read if nothing has changed`() {
    let changes = changes(sandboxes, containers)
    #expect(changes.sandboxes.isEmpty && changes.containers.isEmpty && changes.outdated.isEmpty && changes.count == 0)
  }

  @Test func `new objects, objects in a different state and named ones are read, and removed ones are dropped`() {
    var (sandboxes, containers) = (sandboxes, containers)
    sandboxes.append(PodSandbox(id: "new", metadata: PodSandboxMetadata(name: "new")))
    containers[0].state = .exited
    containers.removeLast()
    let changes = changes(sandboxes, containers, changed: ["sandbox-proxy"])
    #expect(changes.sandboxes.map(\.id) == ["sandbox-proxy", "new"])
    #expect(changes.containers.map(\.id) == ["container-web-nginx"])
    #expect(changes.outdated == ["sandbox-proxy", "new", "container-web-nginx", "container-old-main"])
    #expect(changes.count == 3)
  }

  @Test func `what exceeds the limit is unchecked until it is read`() throws {
    var containers = containers
    containers[0].state = .exited
    containers[2].state = .exited
    let changes = changes(sandboxes, containers, limit: 1)
    #expect(changes.containers.map(\.id) == ["container-web-nginx"])
    #expect(changes.postponed.map { $0.object?.id } == ["container-proxy-proxy"])
    var updated = before
    var record = before.containers[0]
    record.status.state = .exited
    let order = sandboxes.map(\.id) + containers.map(\.id)
    updated.update(changes, sandboxes: [], containers: [record], unread: [], order: order)
    #expect(updated.containers.map(\.id) == ["container-web-nginx", "container-web-job", "container-old-main"])
    #expect(updated.incomplete.map { $0.object?.id } == ["container-proxy-proxy"] && !updated.containers[0].isRunning)
    // The document must be readable again: an object is either read or unchecked.
    #expect(try Snapshot(parsing: updated.documentBytes).incomplete.count == 1)

    let next = ListedChanges(since: updated, sandboxes: sandboxes, containers: containers, changed: [], limit: .max)
    #expect(next.containers.map(\.id) == ["container-proxy-proxy"])
    updated.update(next, sandboxes: [], containers: [before.containers[2]], unread: [], order: order)
    #expect(updated.incomplete.isEmpty && updated.containers.count == 4)
  }
}
