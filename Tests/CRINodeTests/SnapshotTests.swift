import CRI
import CRIJSON
import CRINode
import CRIReport
import CRIRules
import CRISimulator
import CRISnapshot
import CRIVerify
import Foundation
import TestSupport
import Testing

/// Reading a snapshot from a runtime.
@Suite(.timeLimit(.minutes(5))) struct SnapshotTests {
  private let directory: TemporaryDirectory
  private let socket: String

  init() throws {
    directory = try TemporaryDirectory()
    socket = directory.file("runtime.sock")
  }

  private func client(api: APISelection = .auto, timeout: Duration? = .seconds(60)) throws -> Client {
    Client(try Endpoint(socket), options: Client.Options(api: api, timeout: timeout))
  }

  @Test(arguments: Recording.runtimes) func `the snapshot contains everything that a real runtime returns`(
    runtime: String
  )
    async throws
  {
    let server = try FakeRuntime(Recording(runtime, .before), at: socket)
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "cri test", observed: nil)
    let expected = try Snapshot.recorded(runtime, .before)
    #expect(snapshot.sandboxes == expected.sandboxes)
    #expect(snapshot.containers == expected.containers)
    #expect(snapshot.images == expected.images)
    #expect(snapshot.runtime == expected.runtime)
    #expect(snapshot.incomplete.isEmpty)
    #expect(snapshot.tool == "cri test")
    #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: true)) == snapshot)
  }

  @Test func `host and daemon match the kernel's data`() async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket)
    defer { server.stop() }
    let before = Date().timeIntervalSince1970
    let snapshot = try await client().snapshot(tool: "t")
    // This process is the server itself.
    #expect(snapshot.daemon.pid == ProcessInfo.processInfo.processIdentifier)
    #expect(snapshot.daemon.startTime != nil)
    #expect(snapshot.daemon.executable == (try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")))
    #expect(snapshot.daemon.socket == socket)
    let bootID = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    #expect(snapshot.host.bootID == bootID.trimmingCharacters(in: .whitespacesAndNewlines))
    #expect(!snapshot.host.kernel.isEmpty && !snapshot.host.name.isEmpty)
    let taken = Double(snapshot.taken.nanoseconds) / 1e9
    #expect(taken >= before - 1 && taken <= Date().timeIntervalSince1970 + 1)
  }

  @Test func `the snapshot contains the facts of kernel and CNI, and lists what is unreadable`() async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket)
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t")
    // The recorded processes and namespaces do not exist on this machine, or belong to other programs.
    #expect(snapshot.sandboxes.allSatisfy { ($0.observed?.process != nil) == ($0.isReady && $0.facts.pid != nil) })
    #expect(snapshot.sandboxes.allSatisfy { ($0.observed?.namespace != nil) == !$0.isHostNetwork })
    #expect(snapshot.containers.allSatisfy { ($0.observed?.process != nil) == ($0.isRunning && $0.pid != nil) })
    #expect(snapshot.observed?.orphans != nil && snapshot.observed?.ociRuntimes != nil)
    #expect(snapshot.unchecked == snapshot.unknownObservations)
    #expect(snapshot.incomplete.isEmpty)
    #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: false)) == snapshot)
  }

  @Test func `no call is made twice or needlessly`() async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket)
    defer { server.stop() }
    _ = try await client().snapshot(tool: "t")
    #expect(
      server.counts.calls == [
        // The call to a method that does not exist tests whether old clients are served.
        "NoSuchMethod": 1, "Version": 1, "Status": 1, "ListPodSandbox": 1, "ListContainers": 1, "ListImages": 1,
        "PodSandboxStatus": 4,
        "ContainerStatus": 4,
      ])
  }

  @Test func `all details are read concurrently over one connection`() async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { call, method in
      // The responses are delayed, so that all eight calls are in flight together if they are concurrent.
      if method.hasSuffix("Status"), method != "Status" { try? await Task.sleep(for: .milliseconds(300)) }
      return false
    }
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t")
    #expect(snapshot.sandboxes.count == 4 && snapshot.containers.count == 4)
    #expect(server.counts.maximumInFlight == 8)
    #expect(server.counts.peakConnections == 1)
  }

  @Test func `many details are read in batches and returned in the list's order`() async throws {
    let runtime = try SimulatedRuntime(.synthetic(pods: 90, containers: 180))
    try runtime.start(at: socket)
    defer { runtime.stop() }
    let client = try client()
    let snapshot = try await client.snapshot(tool: "t")
    #expect(snapshot.incomplete.isEmpty)
    #expect(snapshot.sandboxes.map(\.id) == (try await client.runtime.listPodSandbox().items.map(\.id)))
    #expect(snapshot.containers.map(\.id) == (try await client.runtime.listContainers().containers.map(\.id)))
    #expect(snapshot.sandboxes.count == 90 && snapshot.containers.count == 180)
  }

  /// A runtime that responds with NOT_FOUND to each request for the status of the first sandbox and the first container.
  /// - Parameters:
  ///   - isListed: Whether it still lists them afterwards.
  ///   - answersPlainly: Whether it responds to requests without `verbose`.
  private func forgetful(isListed: Bool, answersPlainly: Bool = false) throws -> (FakeRuntime, Snapshot) {
    let all = try Snapshot.recorded("containerd-2.4", .before)
    let (sandbox, container) = (all.sandboxes[0], all.containers[0])
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { call, method in
      let bytes = String(decoding: call.message, as: UTF8.self)
      guard bytes.contains(sandbox.id) || bytes.contains(container.id) else { return false }
      // The last field of a verbose request is `verbose`, field 2.
      let isPlain = !call.message.suffix(2).elementsEqual([0x10, 1])
      switch method {
      case "PodSandboxStatus" where isPlain && answersPlainly:
        call.send(PodSandboxStatusResponse(status: sandbox.status).encode())
      case "ContainerStatus" where isPlain && answersPlainly:
        call.send(ContainerStatusResponse(status: container.status).encode())
      case "PodSandboxStatus", "ContainerStatus":
        call.finish(.notFound, "not found")
        return true
      case "ListPodSandbox":
        call.send(ListPodSandboxResponse(items: isListed ? [PodSandbox(id: sandbox.id)] : []).encode())
      case "ListContainers":
        call.send(ListContainersResponse(containers: isListed ? [Container(id: container.id)] : []).encode())
      default: return false
      }
      call.finish(.ok)
      return true
    }
    return (server, all)
  }

  @Test func `an object that is removed between its list and its status is left out`() async throws {
    let (server, all) = try forgetful(isListed: false)
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t", observed: nil)
    #expect(snapshot.sandboxes == Array(all.sandboxes.dropFirst()))
    #expect(snapshot.containers == Array(all.containers.dropFirst()))
    #expect(snapshot.incomplete.isEmpty)
  }

  @Test func `an object that is listed but has no status is listed as unchecked`() async throws {
    let (server, all) = try forgetful(isListed: true)
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t", observed: nil)
    #expect(snapshot.sandboxes == Array(all.sandboxes.dropFirst()))
    #expect(snapshot.incomplete.compactMap { $0.object?.id } == [all.sandboxes[0].id, all.containers[0].id])
    #expect(snapshot.incomplete.map(\.isLive) == [true, true])
  }

  @Test func `an object without verbose facts keeps its status`() async throws {
    let (server, all) = try forgetful(isListed: true, answersPlainly: true)
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t", observed: nil)
    #expect(snapshot.sandboxes.map(\.status) == all.sandboxes.map(\.status))
    #expect(snapshot.containers.map(\.status) == all.containers.map(\.status))
    #expect(snapshot.sandboxes[0].facts == SandboxFacts() && snapshot.containers[0].pid == nil)
    #expect(snapshot.incomplete.isEmpty)
  }

  @Test(arguments: ["PodSandboxStatus", "ContainerStatus"])
  func `a detail that cannot be read is listed as unchecked`(failing: String) async throws {
    let all = try Snapshot.recorded("containerd-2.4", .before)
    let id = failing == "PodSandboxStatus" ? all.sandboxes[1].id : all.containers[1].id
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { call, method in
      guard method == failing, String(decoding: call.message, as: UTF8.self).contains(id) else { return false }
      call.finish(.unknown, "the shim is silent")
      return true
    }
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t")
    let kind = failing == "PodSandboxStatus" ? ObjectName.Kind.pod : .container
    try #require(snapshot.incomplete.count == 1)
    #expect(snapshot.incomplete[0].object?.kind == kind && snapshot.incomplete[0].object?.id == id)
    #expect(
      snapshot.incomplete[0].subjectText.contains(
        " \(id) of \(failing == "PodSandboxStatus" ? "kube-system/p-dns" : "default/p-web/sidecar")"))
    #expect(snapshot.incomplete[0].reasonText.contains("the shim is silent"))
    #expect(snapshot.sandboxes.count + snapshot.containers.count == 7)
    #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: true)) == snapshot)
  }

  @Test func `a detail that times out is listed as unchecked`() async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { _, method in
      if method == "PodSandboxStatus" { try? await Task.sleep(for: .seconds(60)) }
      return method == "PodSandboxStatus"
    }
    defer { server.stop() }
    let snapshot = try await client(timeout: .seconds(3)).snapshot(tool: "t")
    #expect(snapshot.incomplete.map(\.object?.kind) == [.pod, .pod, .pod, .pod])
    #expect(snapshot.containers.count == 4)
  }

  @Test(arguments: [[UInt8]([0xff, 0xff]), []]) func `a detail without a status is listed as unchecked`(bytes: [UInt8])
    async throws
  {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { call, method in
      guard method == "ContainerStatus" || method == "PodSandboxStatus" else { return false }
      call.send(bytes)
      call.finish()
      return true
    }
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t")
    #expect(snapshot.incomplete.count == 8)
    #expect(snapshot.sandboxes.isEmpty && snapshot.containers.isEmpty)
  }

  @Test func `unreadable images are listed as unchecked`() async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { call, method in
      guard method == "ListImages" else { return false }
      call.finish(.internal, "the store is broken")
      return true
    }
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t")
    #expect(snapshot.incomplete.map(\.subject) == [.images])
    #expect(snapshot.incomplete[0].reasonText.contains("the store is broken"))
    #expect(snapshot.images.isEmpty)
  }

  @Test(arguments: ["Version", "Status", "ListPodSandbox", "ListContainers"])
  func `a failed list fails the snapshot`(failing: String) async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { call, method in
      guard method == failing else { return false }
      call.finish(.internal, "broken")
      return true
    }
    defer { server.stop() }
    let client = try client()
    let error = await #expect(throws: RPCError.self) { try await client.snapshot(tool: "t") }
    #expect(error?.statusCode == .internal)
  }

  @Test(arguments: ["Version", "ListPodSandbox", "ListImages", "PodSandboxStatus", "ContainerStatus"])
  func `the snapshot fails if the runtime dies in the meantime`(moment: String) async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .before), at: socket) { call, method in
      guard method == moment else { return false }
      call.closeConnection()
      return true
    }
    defer { server.stop() }
    let client = try client()
    let error = await #expect(throws: RPCError.self) { try await client.snapshot(tool: "t") }
    guard case .connectionLost = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a snapshot of a v1alpha2 runtime is complete`() async throws {
    let server = try FakeRuntime(Recording("containerd-1.6.20", .before), at: socket, versions: [.v1alpha2])
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t", observed: nil)
    #expect(snapshot.runtime.api == .v1alpha2 && snapshot.runtime.servesV1alpha2 == nil)
    #expect(snapshot.sandboxes == (try Snapshot.recorded("containerd-1.6.20", .before)).sandboxes)
    // The new version is tried once and then never again.
    #expect(server.counts.calls["Version"] == 2)
    #expect(server.counts.calls["ListPodSandbox"] == 1)
    let strict = try client(api: .only(.v1))
    await #expect(throws: RPCError.self) { try await strict.snapshot(tool: "t") }
  }

  @Test(arguments: [([APIVersion.v1], false), ([.v1, .v1alpha2], true), ([.v1alpha2], true)])
  func `the snapshot says which versions old clients can use`(versions: [APIVersion], servesOld: Bool) async throws {
    let server = try FakeRuntime(Recording("containerd-1.6.20", .before), at: socket, versions: Set(versions))
    defer { server.stop() }
    let snapshot = try await client().snapshot(tool: "t")
    #expect(snapshot.runtime.servesV1alpha2 == servesOld)
    #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: false)) == snapshot)
  }

  @Test func `a runtime with hostile objects is read and judged without a crash`() async throws {
    var options = SimulatedRuntime.Options()
    options.addsMalformedObjects = true
    let runtime = try SimulatedRuntime(.synthetic(pods: 3, containers: 6), options: options)
    try runtime.start(at: socket)
    defer { runtime.stop() }
    let snapshot = try await client().snapshot(tool: "t")
    #expect(try Snapshot(parsing: snapshot.json.bytes(pretty: false)) == snapshot)
    #expect(Diff.changes(from: snapshot, to: snapshot, all: true).isEmpty)
    _ = Report(scenario: .restart, before: snapshot, after: snapshot).json(exitCode: 0).text()
  }
}
