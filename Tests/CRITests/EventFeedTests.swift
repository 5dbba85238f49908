import CRI
import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRISimulator
import CRISystem
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct EventFeedTests {
  let directory: TemporaryDirectory
  let runtime: SimulatedRuntime
  let client: Client

  init() throws {
    directory = try TemporaryDirectory()
    runtime = try SimulatedRuntime(.synthetic(pods: 2, containers: 4))
    let endpoint = try Endpoint(directory.file("runtime.sock"))
    try runtime.start(at: endpoint.path)
    client = Client(endpoint, options: .init(timeout: .seconds(60)))
  }

  /// Stops all running containers until the feed reports the first of them.
  private func firstStop(_ feed: inout ContainerEventFeed.AsyncIterator) async throws -> ContainerEventResponse {
    let (client, runtime) = (client, runtime)
    let containers = try await client.runtime.containers()
    async let stops: Void = {
      // The feed must have subscribed before the first stop.
      _ = await eventually { runtime.calls["GetContainerEvents"] == 1 && runtime.calls["ListPodSandbox"] == 1 }
      try? await Task.sleep(for: .milliseconds(200))
      for container in containers {
        _ = try? await client.runtime.stopContainer(StopContainerRequest(containerID: container.id))
        try? await Task.sleep(for: .milliseconds(200))
      }
    }()
    let element = try #require(try await feed.next())
    await stops
    return try #require(element.event)
  }

  @Test(arguments: [nil, RestartLoss(.losePods)] as [RestartLoss?]) func `events continue after a restart`(
    _ loss: RestartLoss?
  ) async throws {
    var feed = client.runtime.events().makeAsyncIterator()
    #expect(try await firstStop(&feed).containerEventType == .stopped)
    try runtime.restart([loss].compactMap { $0 })
    var element = try await feed.next()
    while case .event = element { element = try await feed.next() }
    guard case .interrupted(let error) = element else {
      Issue.record("\(element as Any)")
      return
    }
    #expect(error.map { $0.code == .connectionLost || $0.code == .status } ?? true)
    guard case .resumed(let count) = try await feed.next() else {
      Issue.record("the feed does not resume")
      return
    }
    // Containers are deleted before their pods, which are stopped first.
    #expect(count == (loss == nil ? 0 : 8))
    var types: [ContainerEventType] = []
    for _ in 0..<count {
      guard case .derived(let event) = try await feed.next() else {
        Issue.record("an element is not a derived event")
        return
      }
      types.append(event.containerEventType)
    }
    #expect(types.count { $0 == .deleted } == (loss == nil ? 0 : 6))
    runtime.stop()
  }

  @Test func `an error of the first connection is thrown`() async throws {
    runtime.stop()
    var feed = client.runtime.events().makeAsyncIterator()
    let error = await #expect(throws: RPCError.self) { try await feed.next() }
    #expect(error?.code == .cannotConnect)
  }

  @Test func `a runtime without events is an error`() async throws {
    runtime.faults.failures["GetContainerEvents"] = .init(
      .unimplemented, "unknown method GetContainerEvents for service runtime.v1.RuntimeService")
    var feed = client.runtime.events().makeAsyncIterator()
    let error = await #expect(throws: RPCError.self) { try await feed.next() }
    #expect(error?.isUnknownMethod == true && error?.method == "/runtime.v1.RuntimeService/GetContainerEvents")
    runtime.stop()
  }

  @Test func `a runtime that ends each stream immediately sends no events`() async throws {
    let path = directory.file("empty.sock")
    let server = try Server(at: path) { call in
      if call.method.hasSuffix("/ListContainers") { call.send(ListContainersResponse().encode()) }
      if call.method.hasSuffix("/ListPodSandbox") { call.send(ListPodSandboxResponse().encode()) }
      call.finish()
    }
    var feed = Client(try Endpoint(path)).runtime.events().makeAsyncIterator()
    let error = await #expect(throws: RPCError.self) { try await feed.next() }
    #expect(error == .noEvents(method: "/runtime.v1.RuntimeService/GetContainerEvents"))
    server.stop()
  }

  @Test func `a cancelled task ends the wait for the runtime`() async throws {
    let client = client
    let isInterrupted = Locked(false)
    let task = Task {
      for try await element in client.runtime.events() {
        if case .interrupted = element { isInterrupted.withLock { $0 = true } }
      }
    }
    #expect(await eventually { runtime.calls["ListPodSandbox"] == 1 })
    // The response must arrive before the runtime exits.
    try await Task.sleep(for: .milliseconds(300))
    runtime.stop()
    #expect(await eventually { isInterrupted.withLock { $0 } })
    task.cancel()
    let error = await #expect(throws: RPCError.self) { try await task.value }
    #expect(error?.code == .cancelled)
  }
}
