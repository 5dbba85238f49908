import CRI
import CRINode
import CRISimulator
import CRISnapshot
import CRISystem
import TestSupport
import Testing

/// Bringing a snapshot up to date.
@Suite(.timeLimit(.minutes(5))) struct RefreshTests {
  private let directory: TemporaryDirectory
  private let runtime: SimulatedRuntime
  private let client: Client
  private let calls = Locked<[String]>([])

  init() throws {
    directory = try TemporaryDirectory()
    runtime = try SimulatedRuntime(.synthetic(pods: 3, containers: 5))
    let socket = directory.file("runtime.sock")
    try runtime.start(at: socket)
    var options = Client.Options(timeout: .seconds(60))
    options.observer = { [calls] report in
      let name = report.method.split(separator: "/").last.map(String.init) ?? ""
      calls.withLock { $0.append(name) }
    }
    client = Client(try Endpoint(socket), options: options)
  }

  /// Brings a snapshot up to date, and returns it with the calls that were made.
  private func refresh(
    _ snapshot: Snapshot, _ request: SnapshotRefresh = SnapshotRefresh()
  ) async throws -> (RefreshedSnapshot, [String]) {
    calls.withLock { $0 = [] }
    let refreshed = try #require(try await client.refresh(snapshot, request, observed: nil))
    return (refreshed, calls.withLock { $0 })
  }

  private func snapshot() async throws -> Snapshot { try await client.snapshot(tool: "t", observed: nil) }

  private func expectSame(_ refreshed: Snapshot, _ expected: Snapshot) {
    #expect(refreshed.sandboxes == expected.sandboxes && refreshed.containers == expected.containers)
    #expect(refreshed.incomplete.isEmpty)
  }

  @Test func `two calls are enough if nothing has changed`() async throws {
    let before = try await snapshot()
    let (refreshed, calls) = try await refresh(before)
    #expect(calls.sorted() == ["ListContainers", "ListPodSandbox"] && refreshed.changeCount == 0)
    expectSame(refreshed.snapshot, before)
  }

  @Test func `details are read only for what has changed`() async throws {
    let before = try await snapshot()
    let running = try #require(before.containers.first { $0.isRunning })
    _ = try await client.runtime.stopContainer(StopContainerRequest(containerID: running.id))
    let (refreshed, calls) = try await refresh(before)
    #expect(calls.count { $0 == "ContainerStatus" } == 1 && calls.count == 3 && refreshed.changeCount == 1)
    expectSame(refreshed.snapshot, try await snapshot())
  }

  @Test func `removed objects are dropped without a call`() async throws {
    let before = try await snapshot()
    let sandbox = before.sandboxes[0]
    _ = try await client.runtime.stopPodSandbox(StopPodSandboxRequest(podSandboxID: sandbox.id))
    _ = try await client.runtime.removePodSandbox(RemovePodSandboxRequest(podSandboxID: sandbox.id))
    let (refreshed, calls) = try await refresh(before)
    #expect(calls.count == 2, "\(calls)")
    expectSame(refreshed.snapshot, try await snapshot())
  }

  @Test func `objects beyond the limit are read later, and until then unchecked`() async throws {
    let before = try await snapshot()
    let ids = before.containers.map(\.id)
    let (refreshed, calls) = try await refresh(before, SnapshotRefresh(changed: Set(ids), limit: 2))
    #expect(calls.count == 4 && refreshed.postponedCount == ids.count - 2)
    #expect(refreshed.snapshot.incomplete.count == ids.count - 2 && refreshed.snapshot.containers.count == 2)
    let (complete, more) = try await refresh(refreshed.snapshot)
    #expect(more.count == 2 + ids.count - 2 && complete.changeCount == 0)
    expectSame(complete.snapshot, before)
  }

  @Test func `a thorough refresh also reads the images and the conditions`() async throws {
    let before = try await snapshot()
    let (refreshed, calls) = try await refresh(before, SnapshotRefresh(isThorough: true))
    #expect(calls.sorted() == ["ListContainers", "ListImages", "ListPodSandbox", "Status"])
    #expect(refreshed.snapshot.images == before.images && refreshed.snapshot.runtime == before.runtime)
  }

  @Test func `the state of another process is not reused`() async throws {
    var before = try await snapshot()
    before.daemon.startTime = 1
    #expect(try await client.refresh(before, SnapshotRefresh(), observed: nil) == nil)
  }
}
