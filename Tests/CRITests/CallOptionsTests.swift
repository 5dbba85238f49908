import CRI
import CRIGRPC
import CRISimulator
import CRISystem
import TestSupport
import Testing

/// Timeouts, metadata, sizes and waiting, per call and per client.
@Suite(.timeLimit(.minutes(2)))
struct CallOptionsTests {
  let directory: TemporaryDirectory
  let runtime: SimulatedRuntime
  let endpoint: Endpoint

  init() throws {
    directory = try TemporaryDirectory()
    runtime = try SimulatedRuntime(.synthetic(pods: 3, containers: 5))
    endpoint = try Endpoint(directory.file("s.sock"))
  }

  private func client(timeout: Duration? = .milliseconds(100), keepAlive: KeepAlive? = KeepAlive()) -> Client {
    Client(endpoint, options: .init(timeout: timeout, keepAlive: keepAlive))
  }

  /// Whether a call is still open after a time that is several times the client's timeout. The call is cancelled.
  private func isOpen(_ call: @escaping @Sendable () async throws -> Void) async -> Bool {
    let outcome = Locked<RPCError?>(nil)
    let task = Task {
      let error = await rpcError(call)
      outcome.withLock { $0 = error }
    }
    await pause(.milliseconds(500))
    let early = outcome.withLock { $0 }
    task.cancel()
    await task.value
    if let early { Issue.record("the call ended early: \(early)") }
    return early == nil && outcome.withLock { $0?.code } == .cancelled
  }

  // MARK: Timeouts

  @Test func `the default timeout is finite`() {
    #expect(Client.Options().timeout == .seconds(120))
    #expect(Client.Options().keepAlive != nil)
  }

  @Test func `calls with a timeout in their request may take that time in addition`() async throws {
    runtime.faults.hanging = ["all"]
    try runtime.start(at: endpoint.path)
    let client = client()
    let start = ContinuousClock.now
    let stop = await rpcError {
      try await client.runtime.stopContainer(StopContainerRequest(containerID: "a", timeout: 1))
    }
    #expect(stop?.code == .deadlineExceeded && stop?.timeout == .milliseconds(1100))
    #expect(.now - start >= .milliseconds(1100))
    let exec = await rpcError {
      try await client.runtime.execSync(ExecSyncRequest(containerID: "a", cmd: ["true"], timeout: 1))
    }
    #expect(exec?.code == .deadlineExceeded && exec?.timeout == .milliseconds(1100))
    let negative = await rpcError {
      try await client.runtime.execSync(ExecSyncRequest(containerID: "a", timeout: .min))
    }
    #expect(negative?.timeout == .milliseconds(100))
    runtime.stop()
  }

  @Test func `the timeout of a call takes precedence, even over the one in its request`() async throws {
    runtime.faults.hanging = ["all"]
    try runtime.start(at: endpoint.path)
    let client = client(timeout: .seconds(600))
    let error = await rpcError {
      try await client.runtime.stopContainer(
        StopContainerRequest(containerID: "a", timeout: .max), options: .timeout(.milliseconds(50)))
    }
    #expect(error?.code == .deadlineExceeded && error?.timeout == .milliseconds(50))
    runtime.stop()
  }

  @Test func `a call has no time limit only on request`() async throws {
    runtime.faults.hanging = ["all"]
    try runtime.start(at: endpoint.path)
    let client = client()
    #expect(await isOpen { _ = try await client.runtime.version(options: .timeout(.none)) })
    #expect(await isOpen { for try await _ in client.runtime.streamContainers(options: .timeout(.none)) {} })
    #expect(await rpcError { try await client.runtime.version() }?.code == .deadlineExceeded)
    runtime.stop()
  }

  @Test func `a pull has no time limit while the runtime is alive`() async throws {
    runtime.faults.hanging = ["all"]
    try runtime.start(at: endpoint.path)
    let client = client()
    #expect(await isOpen { _ = try await client.images.pullImage(PullImageRequest(image: ImageSpec(image: "a"))) })
    runtime.stop()
  }

  @Test func `a pull and the events end if the runtime shows no sign of life`() async throws {
    let peer = try ScriptedPeer { client in
      client.sendsSessionFrames = false
      try client.waitForDisconnect()
    }
    let keepAlive = KeepAlive(first: .milliseconds(200), later: .milliseconds(200), interval: .milliseconds(100))
    let client = Client(try Endpoint(peer.path), options: .init(keepAlive: keepAlive))
    let pull = await rpcError { try await client.images.pullImage(PullImageRequest(image: ImageSpec(image: "a"))) }
    #expect(pull?.code == .notResponding && pull?.timeout == .milliseconds(200))
    client.close()
    let events = await rpcError { for try await _ in client.runtime.getContainerEvents() {} }
    #expect(events?.code == .notResponding)
    client.close()
    try await peer.finished()
  }

  @Test func `the first message of a stream must arrive in time, except for events of an idle node`() async throws {
    runtime.faults.hanging = ["StreamContainers"]
    try runtime.start(at: endpoint.path)
    let client = client()
    let error = await rpcError { for try await _ in client.runtime.streamContainers() {} }
    #expect(error?.code == .deadlineExceeded && error?.timeout == .milliseconds(100))
    #expect(await isOpen { for try await _ in client.runtime.getContainerEvents() {} })
    runtime.stop()
  }

  @Test func `a stream has no time limit after its first message`() async throws {
    let part = StreamContainersResponse(containers: [Container(id: "a")]).encode()
    let server = try Server(at: endpoint.path) { call in
      call.send(part)
      await pause(.milliseconds(400))
      call.send(part)
      call.finish()
    }
    let client = client()
    var count = 0
    for try await _ in client.runtime.streamContainers() { count += 1 }
    #expect(count == 2)
    // The first message is not the last one, for which a helper for whole lists waits.
    let list = await rpcError {
      for try await _ in client.runtime.streamContainers(options: .timeout(.milliseconds(100))) {}
    }
    #expect(list?.code == .deadlineExceeded)
    server.stop()
  }

  // MARK: Metadata, sizes, observer

  @Test func `metadata is sent with names in lower case`() async throws {
    let seen = Locked<[String: String]>([:])
    let server = try Server(at: endpoint.path) { call in
      seen.withLock { seen in for (name, value) in call.metadata { seen[name] = value } }
      // An empty message is valid for every method.
      call.send([])
      call.finish()
    }
    let options = CallOptions(metadata: [("Trace-ID", "a b"), ("x.y_z", "")])
    _ = try await client().runtime.version(options: options)
    #expect(seen.withLock { $0["trace-id"] } == "a b")
    #expect(seen.withLock { $0["x.y_z"] } == "")
    for try await _ in client().runtime.streamContainers(options: CallOptions(metadata: [("s", "1")])) {}
    #expect(seen.withLock { $0["s"] } == "1")
    server.stop()
  }

  @Test(arguments: [
    ("", "a"), (":path", "/x"), ("a b", "c"), ("ä", "c"), ("grpc-timeout", "1S"), ("TE", "x"), ("content-type", "x"),
    ("connection", "close"), ("a", "x\r\ny: z"), ("a", "ä"), ("a", "\0"),
  ]) func `invalid metadata fails before the call is made`(name: String, value: String) async throws {
    try runtime.start(at: endpoint.path)
    let client = client()
    let options = CallOptions(metadata: [(name, value)])
    let error = await rpcError { try await client.runtime.version(options: options) }
    #expect(error?.code == .invalidMetadata)
    #expect(error?.reason?.contains("\n") == false)
    let stream = await rpcError { for try await _ in client.runtime.streamContainers(options: options) {} }
    #expect(stream?.code == .invalidMetadata)
    #expect(runtime.calls.isEmpty)
    runtime.stop()
  }

  @Test func `the limit of a call takes precedence over the client's`() async throws {
    try runtime.start(at: endpoint.path)
    let client = Client(endpoint, options: .init(maxMessageSize: 100))
    #expect(await rpcError { try await client.runtime.listContainers() }?.limit == 100)
    #expect(
      try await client.runtime.listContainers(options: CallOptions(maxMessageSize: 1 << 20)).containers.count == 5)
    #expect(try await client.runtime.containers(options: CallOptions(maxMessageSize: 1 << 20)).count == 5)
    runtime.stop()
  }

  @Test func `an observer is a parameter of the options`() async throws {
    try runtime.start(at: endpoint.path)
    let seen = Locked<[String]>([])
    let client = Client(endpoint, options: .init(observer: { call in seen.withLock { $0.append(call.method) } }))
    _ = try await client.runtime.version()
    #expect(seen.withLock { $0 } == ["/runtime.v1.RuntimeService/Version"])
    runtime.stop()
  }

  @Test func `the statistics of all and of one are different calls`() async throws {
    try runtime.start(at: endpoint.path)
    let client = client(timeout: .seconds(60))
    let all = try await client.runtime.allContainerStats()
    #expect(!all.isEmpty)
    let id = try #require(all.first?.attributes?.id)
    #expect(try await client.runtime.containerStats(ContainerStatsRequest(containerID: id)).stats?.attributes?.id == id)
    _ = try await client.runtime.allPodSandboxStats()
    #expect(Set(runtime.calls.keys).isSuperset(of: ["ListContainerStats", "ContainerStats", "ListPodSandboxStats"]))
    runtime.stop()
  }

  // MARK: Waiting

  @Test func `a call without a runtime fails immediately unless it waits until the runtime is ready`() async throws {
    let client = client(timeout: .seconds(60))
    let start = ContinuousClock.now
    #expect(await rpcError { try await client.runtime.version() }?.errno == .noSuchFile)
    #expect(.now - start < .seconds(10))
    let (runtime, path) = (runtime, endpoint.path)
    let starter = Task {
      await pause(.milliseconds(300))
      try runtime.start(at: path)
    }
    let options = CallOptions(waitForReady: true)
    #expect(try await client.runtime.version(options: options).runtimeName.isEmpty == false)
    #expect(.now - start >= .milliseconds(300))
    try await starter.value
    runtime.stop()
  }

  @Test(arguments: Faults.NotReadyStyle.allCases)
  func `a call and a stream wait until the runtime has recovered its state`(style: Faults.NotReadyStyle) async throws {
    runtime.faults.notReady = .milliseconds(400)
    runtime.faults.notReadyStyle = style
    try runtime.start(at: endpoint.path)
    let client = client(timeout: .seconds(60))
    let options = CallOptions(waitForReady: true)
    async let unary = client.runtime.listContainers(options: options).containers.count
    var streamed = 0
    for try await part in client.runtime.streamContainers(options: options) { streamed += part.containers.count }
    #expect(try await unary == 5)
    #expect(streamed == 5)
    runtime.stop()
  }

  @Test func `waiting ends at the timeout with the reason, and when the task is cancelled`() async throws {
    let client = client(timeout: .milliseconds(200))
    let options = CallOptions(waitForReady: true)
    let start = ContinuousClock.now
    let error = await rpcError { try await client.runtime.version(options: options) }
    #expect(error == .cannotConnect(path: endpoint.path, .noSuchFile))
    #expect(.now - start >= .milliseconds(200))
    let stream = await rpcError { for try await _ in client.runtime.getContainerEvents(options: options) {} }
    #expect(stream?.code == .cannotConnect)
    let endless = CallOptions(timeout: .none, waitForReady: true)
    #expect(await isOpen { _ = try await client.runtime.version(options: endless) })
  }

  @Test func `waiting ends at an error that is not temporary`() async throws {
    try runtime.start(at: endpoint.path)
    runtime.faults.failures["Version"] = Faults.Failure(.internal, "broken")
    let client = client(timeout: .seconds(60))
    let error = await rpcError { try await client.runtime.version(options: CallOptions(waitForReady: true)) }
    #expect(error?.statusCode == .internal)
    #expect(runtime.calls["Version"] == 1)
    runtime.stop()
  }
}
