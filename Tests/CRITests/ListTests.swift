import CRI
import CRIGRPC
import CRIMessages
import CRIProtobuf
import CRISimulator
import TestSupport
import Testing

@Suite struct ListTests {
  let directory: TemporaryDirectory
  let runtime: SimulatedRuntime

  init() throws {
    directory = try TemporaryDirectory()
    runtime = try SimulatedRuntime(.synthetic(pods: 300, containers: 700))
  }

  private func client(_ listStreaming: ListStreaming = .whenTooLong, limit: Int = 64 << 20) throws -> Client {
    let endpoint = try Endpoint(directory.file("runtime.sock"))
    try runtime.start(at: endpoint.path)
    return Client(
      endpoint, options: .init(timeout: .seconds(60), maxMessageSize: limit, listStreaming: listStreaming))
  }

  @Test func `a list arrives in one message`() async throws {
    let client = try client()
    #expect(try await client.runtime.containers().count == 700)
    #expect(try await client.runtime.podSandboxes().count == 300)
    let images = try await client.images.images()
    #expect(try await images == client.images.listImages().images)
    #expect(runtime.calls == ["ListContainers": 1, "ListPodSandbox": 1, "ListImages": 2])
    runtime.stop()
  }

  @Test func `a client that streams first requests a stream, with the filter`() async throws {
    let client = try client(.first)
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
  func `a stream is requested only once from a runtime that has none`(_ version: APIVersion) async throws {
    runtime.faults.versions = [version]
    let unknown = Faults.Failure(
      .unimplemented, "unknown method StreamContainers for service runtime.v1.RuntimeService")
    if version == .v1 { runtime.faults.failures["StreamContainers"] = unknown }
    let client = try client(.first)
    #expect(try await client.runtime.containers().count == 700)
    #expect(try await client.runtime.podSandboxes().count == 300)
    #expect(runtime.calls["StreamPodSandboxes"] == nil)
    runtime.stop()
  }

  @Test func `a list that is too long for one message is streamed`() async throws {
    // The limit is between the size of one message in the stream and that of the whole list.
    let limit = 300_000
    let client = try client(limit: limit)
    guard case .responseTooLarge = await rpcError({ try await client.runtime.listContainers() })?.cause else {
      Issue.record("the list is not too long")
      return
    }
    #expect(try await client.runtime.containers().count == 700)
    // Once one list has been streamed, the next one is requested as a stream first.
    _ = try await client.runtime.podSandboxes()
    #expect(runtime.calls == ["ListContainers": 2, "StreamContainers": 1, "StreamPodSandboxes": 1])
    runtime.stop()
  }

  @Test func `a list that is too long and cannot be streamed gives the first error`() async throws {
    runtime.faults.failures["StreamContainers"] = .init(.unimplemented, "unknown method")
    let client = try client(limit: 1000)
    guard case .responseTooLarge(_, _, 1000) = await rpcError({ try await client.runtime.containers() })?.cause else {
      Issue.record("another error")
      return
    }
    runtime.stop()
  }

  @Test func `a client that never streams fails with a list that is too long`() async throws {
    let client = try client(.never, limit: 1000)
    #expect(await rpcError { try await client.runtime.containers() }?.code == .responseTooLarge)
    #expect(runtime.calls == ["ListContainers": 1])
    runtime.stop()
  }

  @Test func `an incomplete stream is an error, not a partial list`() async throws {
    runtime.faults.failures["StreamContainers"] = .init(.internal, "broken")
    let client = try client(.first)
    #expect(await rpcError { try await client.runtime.containers() }?.statusCode == .internal)
    #expect(runtime.calls["ListContainers"] == nil)
    runtime.stop()
  }

  /// Serves `ListContainers` as a stream that repeats this message.
  private func endless(_ message: [UInt8]) throws -> (Server, Client) {
    let path = directory.file("endless.sock")
    let server = try Server(at: path) { call in
      guard call.method.hasSuffix("/StreamContainers") else { return call.finish(.unimplemented, "unknown method") }
      for _ in 0..<10_000 where !Task.isCancelled {
        call.send(message)
        await Task.yield()
      }
      call.finish()
    }
    return (
      server,
      Client(try Endpoint(path), options: .init(timeout: .seconds(60), maxMessageSize: 1 << 20, listStreaming: .first))
    )
  }

  @Test func `streamed lists are bounded as a whole`() async throws {
    let id = String(repeating: "a", count: 64)
    let annotations: StringMap = ["example.org/note": String(repeating: "a", count: 600)]
    let container = Container(id: id, podSandboxID: id, annotations: annotations)
    let honest = StreamContainersResponse(containers: Array(repeating: container, count: 100))
    let (server, client) = try endless(honest.encode())
    guard case .responseOverLimit(_, let excess) = await rpcError({ try await client.runtime.containers() })?.cause
    else {
      Issue.record("not refused")
      return server.stop()
    }
    #expect(excess.limit == .totalSize && excess.allowed == 4 << 20 && excess.count > excess.allowed)
    server.stop()

    // A few bytes, each of which takes more memory than its share.
    let (other, second) = try endless((0..<100).flatMap { _ in [0x0A, 0] })
    guard
      case .responseOverLimit(let method, let few) = await rpcError({ try await second.runtime.containers() })?.cause
    else {
      Issue.record("not refused")
      return other.stop()
    }
    #expect(method.hasSuffix("/StreamContainers"))
    #expect(few.limit == .decodedSize && few.count > few.allowed && few.size < 1 << 20)
    other.stop()
  }
}
