import CRIGRPC
import CRIMessages
import CRISimulator
import CRISystem
import Testing

@Suite struct FaultTests {
  static let apis: [(Set<APIVersion>, APIVersion, String?)] = [
    ([.v1], .v1, nil), ([.v1, .v1alpha2], .v1alpha2, nil), ([.v1alpha2], .v1alpha2, nil),
    ([.v1], .v1alpha2, "UNIMPLEMENTED: unknown service runtime.v1alpha2.RuntimeService"),
    ([.v1alpha2], .v1, "UNIMPLEMENTED: unknown service runtime.v1.RuntimeService"),
  ]

  @Test(arguments: apis)
  func `only the selected versions are served`(served: Set<APIVersion>, asked: APIVersion, failure: String?)
    async throws
  {
    let runtime = try ServedRuntime { $0.versions = served }
    #expect(try await runtime.failure(.version, VersionRequest(), asked) == failure)
    guard failure == nil else { return }
    #expect(try await runtime.call(.version, VersionRequest(), asked).runtimeApiVersion == asked.rawValue)
    #expect(try await runtime.call(.listImages, ListImagesRequest(), asked).images == [])
  }

  static let styles: [(Faults.NotReadyStyle, String)] = [
    (.unknown, "UNKNOWN: server is not initialized yet"),
    (.unavailable, "UNAVAILABLE: server is not initialized yet: unavailable"),
  ]

  @Test(arguments: styles)
  func `the runtime is not ready until the given time has passed`(style: Faults.NotReadyStyle, failure: String)
    async throws
  {
    let served = try ServedRuntime {
      $0.notReady = .seconds(3600)
      $0.notReadyStyle = style
    }
    #expect(try await served.failure(.version, VersionRequest()) == failure)
    #expect(try await served.failure(.listContainers, ListContainersRequest()) == failure)
    served.runtime.faults.notReady = .zero
    #expect(try await served.failure(.version, VersionRequest()) == nil)
  }

  @Test func `calls hang until the runtime is ready, as with CRI-O`() async throws {
    let served = try ServedRuntime {
      $0.notReady = .milliseconds(300)
      $0.notReadyStyle = .hang
    }
    let start = ContinuousClock.now
    #expect(try await served.failure(.version, VersionRequest()) == nil)
    #expect(ContinuousClock.now - start > .milliseconds(200))
  }

  @Test func `the socket is created when the runtime is ready`() async throws {
    let served = try ServedRuntime {
      $0.notReady = .milliseconds(300)
      $0.notReadyStyle = .noSocket
    }
    await #expect(throws: RPCError.cannotConnect(path: served.path, .noSuchFile)) {
      try await served.call(.version, VersionRequest())
    }
    while !UnixSocket.isSocket(served.path) { try await Task.sleep(for: .milliseconds(10)) }
    #expect(try await served.failure(.version, VersionRequest()) == nil)
  }

  @Test func `NetworkReady becomes true after the given time`() async throws {
    let served = try ServedRuntime { $0.networkReadyAfter = .seconds(3600) }
    func network() async throws -> RuntimeCondition? {
      try await served.call(.status, StatusRequest()).status?.conditions.first { $0.type == "NetworkReady" }
    }
    #expect(
      try await network()
        == RuntimeCondition(
          type: "NetworkReady", status: false, reason: "NetworkPluginNotReady",
          message: "Network plugin returns error: cni plugin not initialized"))
    served.runtime.faults.networkReadyAfter = .zero
    #expect(try await network() == RuntimeCondition(type: "NetworkReady", status: true))
  }

  @Test func `single methods can fail, hang or be delayed`() async throws {
    let served = try ServedRuntime {
      let areRead = [$0.addFailure("ListImages=resource_exhausted:no: more\nroom"), $0.addDelay("Status=200ms")]
      #expect(areRead == [true, true])
      $0.hanging = ["ListContainers"]
    }
    #expect(try await served.failure(.listImages, ListImagesRequest()) == "RESOURCE_EXHAUSTED: no: more\nroom")
    let start = ContinuousClock.now
    _ = try await served.call(.version, VersionRequest())
    _ = try await served.call(.status, StatusRequest())
    #expect(ContinuousClock.now - start >= .milliseconds(200))
    await #expect(throws: RPCError.self) {
      try await served.call(.listContainers, ListContainersRequest(), timeout: .milliseconds(100))
    }
    #expect(served.runtime.calls == ["ListImages": 1, "Version": 1, "Status": 1, "ListContainers": 1])
  }

  @Test func `the runtime dies during the given call`() async throws {
    let served = try ServedRuntime { $0.killAfter = 2 }
    #expect(try await served.failure(.version, VersionRequest()) == nil)
    await #expect(throws: RPCError.self) { try await served.call(.version, VersionRequest()) }
    served.channel.close()
    // The socket file still exists, but no process listens on it.
    #expect(UnixSocket.isSocket(served.path))
    while UnixSocket.isServed(served.path) { try await Task.sleep(for: .milliseconds(5)) }
    await #expect(throws: RPCError.cannotConnect(path: served.path, .connectionRefused)) {
      try await served.call(.version, VersionRequest())
    }
    // A new runtime replaces the stale socket.
    served.runtime.faults = Faults()
    try served.runtime.start(at: served.path)
    #expect(try await served.failure(.version, VersionRequest()) == nil)
  }

  @Test(arguments: [
    ("250ms", Duration.milliseconds(250)), ("1.5s", .milliseconds(1500)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
    ("10us", .microseconds(10)), ("3", .seconds(3)), ("", nil), ("-1s", nil), ("s", nil), ("1d", nil), ("nan", nil),
    ("1e300h", nil),
  ])
  func `durations are parsed`(text: String, duration: Duration?) {
    #expect(Faults.duration(text) == duration)
  }

  @Test(arguments: ["", "ListImages", "ListImages=", "ListImages=NONSENSE:x", "ListImages=OK:x", "ListImages=99:x"])
  func `an invalid failure is refused`(text: String) {
    var faults = Faults()
    let isRead = faults.addFailure(text)
    #expect(!isRead)
    #expect(faults.failures.isEmpty)
  }
}
