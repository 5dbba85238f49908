import CRI
import CRINode
import CRISimulator
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

/// The ways in which a runtime can be not ready yet, and how they are distinguished.
@Suite(.timeLimit(.minutes(5))) struct ReadinessWaitTests {
  typealias Phase = ReadinessWait.Observation.Phase

  private let directory: TemporaryDirectory
  private let socket: String

  init() throws {
    directory = try TemporaryDirectory()
    socket = directory.file("runtime.sock")
  }

  private func wait(
    _ goal: ReadinessWait.Goal = .ready, timeout: Duration = .seconds(60), stability: Duration = .zero
  ) throws -> ReadinessWait {
    ReadinessWait(endpoint: try Endpoint(socket), goal: goal, timeout: timeout, stability: stability)
  }

  private func simulator(_ faults: Faults = Faults()) throws -> SimulatedRuntime {
    var options = SimulatedRuntime.Options()
    options.faults = faults
    return try SimulatedRuntime(.synthetic(pods: 1, containers: 1), options: options)
  }

  // MARK: Ready

  @Test func `a ready runtime is reported as ready immediately, with its process`() async throws {
    let runtime = try simulator()
    try runtime.start(at: socket)
    defer { runtime.stop() }
    let watch = Watch(try wait())
    guard case .ready(_, let peer) = await watch.outcome else { throw UnexpectedOutcome(outcome: await watch.outcome) }
    #expect(peer?.pid == getpid())
    #expect(watch.phases.last == .ready)
    #expect(Set(runtime.calls.keys) == ["Version", "Status", "ListPodSandbox"])
  }

  @Test func `the runtime must stay ready for the requested time`() async throws {
    let runtime = try simulator()
    try runtime.start(at: socket)
    defer { runtime.stop() }
    let start = ContinuousClock.now
    let watch = Watch(try wait(stability: .milliseconds(400)))
    let after = try await watch.readyAfter
    let passed = ContinuousClock.now - start
    // The reported time is that of the first success, not the end of the wait.
    #expect(passed - after >= .milliseconds(400))
    #expect(watch.phases == [.settling, .ready])
    #expect((runtime.calls["Version"] ?? 0) >= 3)
  }

  @Test func `at least three polls are made, however short the stability is`() async throws {
    let runtime = try simulator()
    try runtime.start(at: socket)
    defer { runtime.stop() }
    _ = try await Watch(try wait(stability: .nanoseconds(1))).readyAfter
    #expect((runtime.calls["Version"] ?? 0) >= 3)
  }

  @Test func `a v1alpha2 runtime becomes ready too`() async throws {
    var faults = Faults()
    faults.versions = [.v1alpha2]
    let runtime = try simulator(faults)
    try runtime.start(at: socket)
    defer { runtime.stop() }
    _ = try await Watch(try wait()).readyAfter
  }

  // MARK: Not yet

  @Test func `the wait continues while the socket is missing`() async throws {
    let runtime = try simulator()
    let watch = Watch(try wait())
    #expect(await watch.reaches(.down))
    try runtime.start(at: socket)
    defer { runtime.stop() }
    let listening = ContinuousClock.now
    _ = try await watch.readyAfter
    // This takes 50 ms on an idle machine; the test checks only that nothing sleeps for long.
    #expect(ContinuousClock.now - listening < .seconds(5))
    #expect(watch.phases == [.down, .ready])
    #expect(watch.seen[0].words == "the socket does not exist")
  }

  /// The ways in which a socket may appear. Polling alone would not notice them during the test.
  enum Arrival: CaseIterable { case inDirectory, inNewDirectories, inRecreatedDirectory, renamed }

  @Test(arguments: Arrival.allCases) func `the appearance of the socket ends the delay immediately`(how: Arrival)
    async throws
  {
    let place =
      how == .inNewDirectories
      ? directory.file("run/runtime") : how == .inRecreatedDirectory ? directory.file("run") : nil
    if let place, how == .inRecreatedDirectory { #expect(mkdir(place, 0o755) == 0) }
    let socket = (place ?? directory.path) + "/runtime.sock"
    var wait = ReadinessWait(endpoint: try Endpoint(socket), timeout: .seconds(36_000), stability: .zero)
    wait.fallbackInterval = .seconds(36_000)
    let watch = Watch(wait)
    #expect(await watch.reaches(.down))
    // The delay is long enough for the socket to appear during the wait; the test would also pass with a shorter delay.
    try await Task.sleep(for: .milliseconds(100))
    if let place {
      if how == .inRecreatedDirectory { #expect(rmdir(place) == 0) }
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    }
    let runtime = try simulator()
    try runtime.start(at: how == .renamed ? directory.file("other.sock") : socket)
    defer { runtime.stop() }
    if how == .renamed { #expect(rename(directory.file("other.sock"), socket) == 0) }
    _ = try await watch.readyAfter
    #expect(watch.phases == [.down, .ready])
  }

  @Test func `other new files do not end the wait for a socket`() async throws {
    var wait = try wait(timeout: .seconds(36_000))
    wait.fallbackInterval = .seconds(36_000)
    let watch = Watch(wait)
    #expect(await watch.reaches(.down))
    for number in 1...20 { try Data().write(to: URL(filePath: directory.file("noise-\(number)"))) }
    let runtime = try simulator()
    try runtime.start(at: socket)
    defer { runtime.stop() }
    _ = try await watch.readyAfter
    #expect(watch.phases == [.down, .ready])
  }

  @Test func `a stale socket counts as down`() async throws {
    let runtime = try simulator()
    try runtime.start(at: socket)
    runtime.crash()
    let isLeft = await eventually { [socket] in !UnixSocket.isServed(socket) }
    #expect(isLeft)
    #expect(UnixSocket.isSocket(socket))
    let watch = Watch(try wait())
    #expect(await watch.reaches(.down))
    try runtime.start(at: socket)
    defer { runtime.stop() }
    _ = try await watch.readyAfter
    #expect(watch.phases == [.down, .ready])
    #expect(watch.seen[0].words == "no process listens on the socket")
  }

  @Test func `a broken server is polled at growing intervals, and its replacement is noticed immediately`() async throws
  {
    let path = socket
    let isOver = Locked(false)
    let tries = Locked(0)
    let listener = try UnixSocket.listen(at: path)
    let number = listener.rawValue
    try CRISystem.Thread.detach {
      while !isOver.withLock({ $0 }) {
        guard let ready = try? Poll.wait([(number, true, false)], timeout: .milliseconds(20)), ready[0].readable else {
          continue
        }
        let accepted = accept(number, nil, nil)
        guard accepted >= 0 else { continue }
        _ = Descriptor(owning: accepted)
        tries.withLock { $0 += 1 }
      }
      isOver.withLock { $0 = false }
    }
    var wait = try wait(timeout: .seconds(600))
    wait.longestDelay = .seconds(600)
    let watch = Watch(wait)
    // The next delay is eight seconds, plus or minus a fifth.
    let isSlow = await eventually(within: .seconds(60)) { tries.withLock { $0 } >= 10 }
    #expect(isSlow)
    #expect(watch.phases == [.down])
    try await Task.sleep(for: .milliseconds(200))
    unlink(path)
    let runtime = try simulator()
    let begin = ContinuousClock.now
    try runtime.start(at: path)
    defer { runtime.stop() }
    _ = try await watch.readyAfter
    #expect(ContinuousClock.now - begin < .seconds(4))
    #expect(tries.withLock { $0 } <= 11)
    isOver.withLock { $0 = true }
    let hasEnded = await eventually { !isOver.withLock { $0 } }
    #expect(hasEnded)
    _ = listener.rawValue
  }

  @Test func `a server that accepts and does not respond is silent`() async throws {
    let listener = try UnixSocket.listen(at: socket)
    let watch = Watch(try wait(timeout: .milliseconds(1500)))
    #expect(try await watch.timedOut.phase == .silent)
    #expect(watch.phases == [.silent])
    _ = listener.rawValue
  }

  @Test(arguments: [
    (Faults.NotReadyStyle.unknown, Phase.recovering), (.unavailable, .recovering), (.hang, .silent), (.noSocket, .down),
  ])
  func `the wait continues while the runtime recovers its state`(style: Faults.NotReadyStyle, phase: Phase) async throws
  {
    var faults = Faults()
    // With CRI-O's style, this takes longer than one poll.
    let time = Duration.milliseconds(style == .hang ? 2500 : 1000)
    faults.notReady = time
    faults.notReadyStyle = style
    let runtime = try simulator(faults)
    let start = ContinuousClock.now
    try runtime.start(at: socket)
    defer { runtime.stop() }
    let watch = Watch(try wait())
    _ = try await watch.readyAfter
    #expect(ContinuousClock.now - start >= time - .milliseconds(100))
    #expect(watch.phases == [phase, .ready])
  }

  @Test func `UNAVAILABLE is temporary, whatever its message says`() async throws {
    let isReady = Locked(false)
    let server = try FakeRuntime(Recording("containerd-2.4", .after), at: socket) { call, _ in
      if isReady.withLock({ $0 }) { return false }
      call.finish(.unavailable, "the store is locked")
      return true
    }
    defer { server.stop() }
    let watch = Watch(try wait())
    #expect(await watch.reaches(.recovering))
    isReady.withLock { $0 = true }
    _ = try await watch.readyAfter
    #expect(watch.phases == [.recovering, .ready])
    #expect(watch.seen.first { $0.phase == .recovering }?.words == "the store is locked")
  }

  @Test(arguments: [
    (StatusCode.unavailable, "anything", true), (.deadlineExceeded, "anything", true),
    (.unknown, "server is not initialized yet", true), (.unknown, "server is on fire", false),
    (.unimplemented, "unknown service runtime.v1.RuntimeService", false), (.internal, "anything", false),
    (.permissionDenied, "anything", false), (.resourceExhausted, "anything", false),
  ])
  func `whether waiting continues depends on the status code`(code: StatusCode, words: String, isWorth: Bool)
    async throws
  {
    let isReady = Locked(false)
    let server = try FakeRuntime(Recording("containerd-2.4", .after), at: socket) { call, _ in
      if isReady.withLock({ $0 }) { return false }
      call.finish(code, words)
      return true
    }
    defer { server.stop() }
    var wait = try wait()
    wait.grace = isWorth ? .zero : .milliseconds(100)
    let watch = Watch(wait)
    guard isWorth else {
      guard case .failed(let error) = await watch.outcome else {
        throw UnexpectedOutcome(outcome: await watch.outcome)
      }
      #expect(error.statusCode == code)
      return
    }
    #expect(await watch.reaches(.recovering))
    isReady.withLock { $0 = true }
    _ = try await watch.readyAfter
  }

  @Test func `a runtime that reports that it is not ready is not ready`() async throws {
    let isReady = Locked(false)
    let server = try FakeRuntime(Recording("containerd-2.4", .after), at: socket) { call, method in
      guard method == "Status", !isReady.withLock({ $0 }) else { return false }
      let condition = RuntimeCondition(type: "RuntimeReady", status: false, reason: "Busy", message: "not yet")
      call.send(StatusResponse(status: RuntimeStatus(conditions: [condition])).encode())
      call.finish()
      return true
    }
    defer { server.stop() }
    let watch = Watch(try wait())
    #expect(await watch.reaches(.notReady))
    isReady.withLock { $0 = true }
    _ = try await watch.readyAfter
    #expect(watch.phases == [.notReady, .ready])
    #expect(watch.seen.first { $0.phase == .notReady }?.words == "RuntimeReady is false: Busy: not yet")
  }

  @Test func `the wait includes the network only if requested`() async throws {
    var faults = Faults()
    faults.networkReadyAfter = .seconds(600)
    let runtime = try simulator(faults)
    try runtime.start(at: socket)
    defer { runtime.stop() }
    _ = try await Watch(try wait(.ready)).readyAfter
    let watch = Watch(try wait(.network))
    #expect(await watch.reaches(.notReady))
    faults.networkReadyAfter = .zero
    runtime.faults = faults
    _ = try await watch.readyAfter
    #expect(watch.phases == [.notReady, .ready])
    #expect(watch.seen[0].words.hasPrefix("NetworkReady is false: NetworkPluginNotReady"))
  }

  @Test(arguments: ["Version", "Status", "ListPodSandbox"])
  func `each of the three calls must succeed`(hanging: String) async throws {
    var faults = Faults()
    faults.hanging = [hanging]
    let runtime = try simulator(faults)
    try runtime.start(at: socket)
    defer { runtime.stop() }
    #expect(try await Watch(try wait(timeout: .milliseconds(1300))).timedOut.phase == .silent)
  }

  @Test func `a daemon that crashes during recovery must become stable again`() async throws {
    let runtime = try simulator()
    let watch = Watch(try wait(stability: .seconds(3)))
    #expect(await watch.reaches(.down))
    for times in 1...3 {
      try runtime.start(at: socket)
      #expect(await watch.reaches(.settling, times: times))
      runtime.crash()
      #expect(await watch.reaches(.down, times: times + 1))
    }
    let start = ContinuousClock.now
    try runtime.start(at: socket)
    defer { runtime.stop() }
    _ = try await watch.readyAfter
    #expect(ContinuousClock.now - start >= .seconds(3))
    #expect(watch.phases == [.down, .settling, .down, .settling, .down, .settling, .down, .settling, .ready])
    #expect(
      watch.seen.last { $0.phase == .settling }?.words.hasSuffix("(it has stopped being ready 3 times)") == true)
  }

  // MARK: In vain

  @Test func `a timeout returns the last observation`() async throws {
    let start = ContinuousClock.now
    let watch = Watch(try wait(timeout: .milliseconds(300)))
    let last = try await watch.timedOut
    #expect(last.phase == .down && last.words == "the socket does not exist")
    #expect(watch.seen == [last])
    #expect(ContinuousClock.now - start >= .milliseconds(300))
  }

  @Test func `a poll that the timeout cuts short does not hide the one before`() async throws {
    let responses = Locked(0)
    let isOver = Locked(false)
    let server = try FakeRuntime(Recording("containerd-2.4", .after), at: socket) { call, _ in
      let isFirst = responses.withLock { responses in
        responses += 1
        return responses == 1
      }
      while !isFirst && !isOver.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(10)) }
      call.finish(.unavailable, "the store is locked")
      return true
    }
    defer { server.stop() }
    // This is shorter than one poll.
    let last = try await Watch(try wait(timeout: .milliseconds(900))).timedOut
    isOver.withLock { $0 = true }
    #expect(last.words == "the store is locked")
    #expect(responses.withLock { $0 } == 2)
  }

  @Test func `a timeout of zero returns the current state`() async throws {
    #expect(try await Watch(try wait(timeout: .zero)).timedOut.words == "the socket does not exist")
    let runtime = try simulator()
    try runtime.start(at: socket)
    defer { runtime.stop() }
    _ = try await Watch(try wait(timeout: .zero)).readyAfter
  }

  @Test func `a runtime without the CRI fails after the grace period`() async throws {
    let server = try FakeRuntime(Recording("containerd-2.4", .after), at: socket, versions: [])
    defer { server.stop() }
    var wait = try wait()
    #expect(wait.grace == .seconds(5))
    wait.grace = .milliseconds(300)
    let start = ContinuousClock.now
    let watch = Watch(wait)
    guard case .failed(let error) = await watch.outcome else { throw UnexpectedOutcome(outcome: await watch.outcome) }
    #expect(error.isUnknownService)
    #expect(watch.phases == [.notReady])
    let passed = ContinuousClock.now - start
    #expect(passed >= .milliseconds(300) && passed < .seconds(50))
  }

  @Test func `the grace period begins with the error`() async throws {
    var wait = try wait()
    wait.grace = .seconds(10)
    let watch = Watch(wait)
    #expect(await watch.reaches(.down))
    wait.grace = .milliseconds(1)
    let late = Watch(wait)
    #expect(await late.reaches(.down))
    // This is longer than the grace period for the second error, so counting from the beginning would fail.
    try await Task.sleep(for: .milliseconds(100))
    let old = try FakeRuntime(Recording("containerd-2.4", .after), at: socket, versions: [])
    #expect(await watch.reaches(.notReady))
    #expect(await late.reaches(.notReady))
    guard case .failed = await late.outcome else { throw UnexpectedOutcome(outcome: await late.outcome) }
    #expect(late.phases == [.down, .notReady])
    old.stop()
    // The last error of an old daemon does not end the wait; this is the new one.
    let new = try simulator()
    let hasStarted = await eventually { [socket] in (try? new.start(at: socket)) != nil }
    #expect(hasStarted)
    defer { new.stop() }
    _ = try await watch.readyAfter
  }

  @Test func `a file that is not a socket fails after the grace period`() async throws {
    try Data("hello".utf8).write(to: URL(filePath: socket))
    var wait = try wait(timeout: .seconds(30))
    wait.grace = .milliseconds(100)
    #expect(await Watch(wait).outcome == .failed(.cannotConnect(path: socket, .notASocket)))
  }

  @Test func `a server that does not speak gRPC fails after the grace period`() async throws {
    let listener = try UnixSocket.listen(at: socket)
    let number = listener.rawValue
    let isOver = Locked(false)
    try CRISystem.Thread.detach {
      while !isOver.withLock({ $0 }) {
        _ = try? Poll.wait([(number, true, false)], timeout: .milliseconds(20))
        let accepted = accept(number, nil, nil)
        guard accepted >= 0 else { continue }
        _ = try? Descriptor(owning: accepted).send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), from: 0)
      }
      isOver.withLock { $0 = false }
    }
    var wait = try wait()
    wait.grace = .milliseconds(100)
    let watch = Watch(wait)
    guard case .failed(let error) = await watch.outcome, error.code == .notGRPC else {
      throw UnexpectedOutcome(outcome: await watch.outcome)
    }
    isOver.withLock { $0 = true }
    let hasEnded = await eventually { !isOver.withLock { $0 } }
    #expect(hasEnded)
    _ = listener.rawValue
  }

  @Test func `a cancelled task ends its wait`() async throws {
    let start = ContinuousClock.now
    let watch = Watch(try wait(timeout: .seconds(600)))
    #expect(await watch.reaches(.down))
    watch.cancel()
    _ = try await watch.timedOut
    #expect(ContinuousClock.now - start < .seconds(60))
  }
}
