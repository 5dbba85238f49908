import CRI
import CRISimulator
import TestSupport
import Testing

@Suite struct ClientTests {
  let directory: TemporaryDirectory
  let runtime: SimulatedRuntime
  let endpoint: Endpoint

  init() throws {
    directory = try TemporaryDirectory()
    runtime = try SimulatedRuntime(.synthetic(pods: 3, containers: 5))
    endpoint = try Endpoint(directory.file("s.sock"))
    try runtime.start(at: endpoint.path)
  }

  private func serve(_ versions: Set<APIVersion>) {
    runtime.faults.versions = versions
  }

  @Test func `a client makes only the requested calls`() async throws {
    let client = Client(endpoint)
    #expect(client.negotiatedVersion == nil)
    #expect(client.peer == nil)
    #expect(try await client.runtime.listContainers().containers.count == 5)
    #expect(runtime.calls == ["ListContainers": 1])
    #expect(client.negotiatedVersion == .v1)
    #expect(client.peer?.pid == ownProcess)
    runtime.stop()
  }

  @Test func `v1alpha2 is used if v1 is unknown, and v1 is tried only once`() async throws {
    serve([.v1alpha2])
    let client = Client(endpoint)
    #expect(try await client.runtime.listPodSandbox().items.count == 3)
    #expect(client.negotiatedVersion == .v1alpha2)
    let calls = runtime.calls.values.reduce(0, +)
    _ = try await client.images.listImages()
    _ = try await client.runtime.listPodSandbox()
    #expect(runtime.calls.values.reduce(0, +) == calls + 2)
    runtime.stop()
  }

  @Test(arguments: [(APIVersion.v1, APIVersion.v1alpha2), (.v1alpha2, .v1)])
  func `a selected version is not changed`(_ chosen: APIVersion, _ served: APIVersion) async throws {
    serve([served])
    let client = Client(endpoint, options: .init(api: .only(chosen)))
    let error = try #require(await rpcError { try await client.runtime.version() })
    #expect(error.isUnknownService)
    #expect(!error.isUnknownMethod)
    runtime.stop()
  }

  @Test(arguments: [([APIVersion.v1], false), ([.v1, .v1alpha2], true)])
  func `an old version is detected without calling its methods`(_ served: [APIVersion], _ isOld: Bool)
    async throws
  {
    serve(Set(served))
    let client = Client(endpoint)
    #expect(await client.serves(.v1alpha2) == isOld)
    #expect(runtime.calls == ["NoSuchMethod": 1])
    runtime.stop()
  }

  @Test func `the error for v1 is thrown if no version is served`() async throws {
    serve([])
    let client = Client(endpoint)
    let error = try #require(await rpcError { try await client.runtime.version() })
    guard case .status(let status) = error.cause else { throw error }
    #expect(status.method == "/runtime.v1.RuntimeService/Version")
    #expect(error.isUnknownService)
    #expect(client.negotiatedVersion == nil)
    runtime.stop()
  }

  @Test func `an unknown method of a known service is a different error`() async throws {
    let client = Client(endpoint)
    let error = try #require(await rpcError { try await client.runtime.checkpointContainer() })
    #expect(error.isUnknownMethod)
    #expect(!error.isUnknownService)
    #expect(client.negotiatedVersion == .v1)
    runtime.stop()
  }

  @Test func `a missing object is NOT_FOUND`() async throws {
    let client = Client(endpoint)
    let error = try #require(
      await rpcError { try await client.runtime.containerStatus(.init(containerID: "nosuch")) })
    #expect(error.isNotFound)
    #expect(error.statusCode == .notFound)
    runtime.stop()
  }

  @Test func `a runtime that is starting is recognised`() async throws {
    runtime.faults.notReady = .seconds(60)
    let client = Client(endpoint)
    let error = try #require(await rpcError { try await client.runtime.version() })
    #expect(error.isNotInitialized)
    runtime.stop()
  }

  @Test func `the client's timeout applies unless the call has its own`() async throws {
    runtime.faults.hanging = ["Version"]
    let client = Client(endpoint, options: .init(timeout: .milliseconds(50)))
    let method = "/runtime.v1.RuntimeService/Version"
    #expect(
      await rpcError { try await client.runtime.version() }
        == .deadlineExceeded(method: method, timeout: .milliseconds(50)))
    let slowClient = Client(endpoint, options: .init(timeout: .seconds(600)))
    let error = await rpcError { try await slowClient.runtime.version(options: .timeout(.milliseconds(50))) }
    #expect(error == .deadlineExceeded(method: method, timeout: .milliseconds(50)))
    runtime.stop()
  }

  @Test func `a response over the limit is an error with both sizes`() async throws {
    let client = Client(endpoint, options: .init(maxMessageSize: 100))
    let error = await rpcError { try await client.runtime.listContainers() }
    #expect(error?.code == .responseTooLarge)
    #expect(error?.limit == 100)
    #expect((error?.size ?? 0) > 100)
    runtime.stop()
  }

  @Test func `typed messages are streamed in either version`() async throws {
    for version in [APIVersion.v1, .v1alpha2] {
      serve([version])
      let client = Client(endpoint, options: .init(api: .only(version)))
      var ids: [String] = []
      for try await part in client.runtime.streamContainers() { ids += part.containers.map(\.id) }
      #expect(ids.count == 5)
    }
    runtime.stop()
  }

  @Test func `a restarted runtime is called over a new connection`() async throws {
    let client = Client(endpoint)
    _ = try await client.runtime.version()
    try runtime.restart()
    client.close()
    #expect(try await client.runtime.listPodSandbox().items.count == 3)
    runtime.stop()
  }

  @Test func `images can have their own endpoint`() async throws {
    let other = try SimulatedRuntime(.synthetic(pods: 1, containers: 1))
    let path = directory.file("images.sock")
    try other.start(at: path)
    let client = Client(endpoint, imageEndpoint: try Endpoint(path))
    _ = try await client.images.listImages()
    _ = try await client.runtime.version()
    #expect(other.calls == ["ListImages": 1])
    #expect(runtime.calls == ["Version": 1])
    other.stop()
    runtime.stop()
  }

  @Test func `a ping measures the round-trip time without a call`() async throws {
    let client = Client(endpoint)
    #expect(try await client.ping() > .zero)
    #expect(runtime.calls.isEmpty)
    runtime.stop()
  }
}
