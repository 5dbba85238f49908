import CRI
import CRISimulator
import TestSupport
import Testing

@Suite struct ListTests {
  let folder: TemporaryDirectory
  let runtime: SimulatedRuntime

  init() throws {
    folder = try TemporaryDirectory()
    runtime = try SimulatedRuntime(.synthetic(pods: 300, containers: 700))
  }

  private func client(_ socket: String, limit: Int = 64 << 20) throws -> Client {
    let endpoint = try Endpoint(folder.file(socket))
    try runtime.start(at: endpoint.path)
    return Client(endpoint, options: .init(timeout: .seconds(60), maxMessageSize: limit))
  }

  @Test func `come in one message`() async throws {
    let client = try client("containerd.sock")
    #expect(try await client.runtime.containers().count == 700)
    #expect(try await client.runtime.podSandboxes().count == 300)
    let images = try await client.images.images()
    #expect(try await images == client.images.listImages().images)
    #expect(runtime.calls == ["ListContainers": 1, "ListPodSandbox": 1, "ListImages": 2])
    runtime.stop()
  }

  @Test func `come as a stream first from CRI-O, with the filter`() async throws {
    let client = try client("crio.sock")
    let all = try await client.runtime.containers()
    #expect(try await Set(all) == Set(client.runtime.listContainers().containers))
    let id = try #require(all.first).id
    #expect(try await client.runtime.containers(ContainerFilter(id: id)).map(\.id) == [id])
    _ = try await client.runtime.podSandboxes()
    _ = try await client.images.images()
    #expect(
      runtime.calls == ["ListContainers": 1, "StreamContainers": 2, "StreamPodSandboxes": 1, "StreamImages": 1])
    runtime.stop()
  }

  @Test(arguments: [APIVersion.v1, .v1alpha2])
  func `come in one message where CRI-O is too old, and are not streamed again`(_ version: APIVersion) async throws {
    runtime.faults.versions = [version]
    let unknown = Faults.Failure(
      .unimplemented, "unknown method StreamContainers for service runtime.v1.RuntimeService")
    if version == .v1 { runtime.faults.failures["StreamContainers"] = unknown }
    let client = try client("crio.sock")
    #expect(try await client.runtime.containers().count == 700)
    #expect(try await client.runtime.podSandboxes().count == 300)
    #expect(runtime.calls["StreamPodSandboxes"] == nil)
    runtime.stop()
  }

  @Test func `come as a stream where one message is too long`() async throws {
    // Between one message of the stream and the whole list.
    let limit = 300_000
    let client = try client("containerd.sock", limit: limit)
    guard case .answerTooLarge = await rpcError({ try await client.runtime.listContainers() }) else {
      Issue.record("the list is not too long")
      return
    }
    #expect(try await client.runtime.containers().count == 700)
    // What is known of one list holds for the next.
    _ = try await client.runtime.podSandboxes()
    #expect(runtime.calls == ["ListContainers": 2, "StreamContainers": 1, "StreamPodSandboxes": 1])
    runtime.stop()
  }

  @Test func `that are too long and not served as a stream are the first error`() async throws {
    runtime.faults.failures["StreamContainers"] = .init(.unimplemented, "unknown method")
    let client = try client("containerd.sock", limit: 1000)
    guard case .answerTooLarge(_, _, 1000) = await rpcError({ try await client.runtime.containers() }) else {
      Issue.record("another error")
      return
    }
    runtime.stop()
  }

  @Test func `whose stream breaks off are an error, not a part`() async throws {
    runtime.faults.failures["StreamContainers"] = .init(.internal, "broken")
    let client = try client("crio.sock")
    #expect(await rpcError { try await client.runtime.containers() }?.statusCode == .internal)
    #expect(runtime.calls["ListContainers"] == nil)
    runtime.stop()
  }
}
