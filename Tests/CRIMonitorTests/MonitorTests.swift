import CRIMessages
import CRIProtobuf
import CRISnapshot
import TestSupport
import Testing

@testable import CRIMonitor

@Suite struct MonitorTests {
  private var monitor: Monitor

  init() {
    var settings = MonitorSettings()
    settings.examinationInterval = .zero
    monitor = Monitor(settings)
  }

  /// Gives an input at a time in seconds.
  private mutating func take(_ input: MonitorInput, _ seconds: Double = 0) -> [MonitorAction] {
    monitor.handle(input, at: .seconds(seconds), clock: Timestamp(nanoseconds: Int64(seconds * 1e9)))
  }

  /// Reads the state of the node for the first time, with events or without.
  private mutating func watch(events: Bool = true) {
    _ = take(.connected(Snapshot.before.daemon, bootID: "boot-1", saved: nil))
    _ = take(.readAll(.before, calls: 20, duration: .milliseconds(100)), 1)
    _ = take(.eventsAvailable(events), 1)
  }

  private static func event(
    _ type: ContainerEventType, _ id: String, _ status: ContainerStatus? = nil
  ) -> MonitorInput {
    .event(
      ContainerEventResponse(
        containerID: id, containerEventType: type, containersStatuses: [status].compactMap(\.self)))
  }

  private static let nginx = "container-web-nginx"

  @Test mutating func `the first state is read completely, saved, and its process watched`() {
    let actions = take(.connected(Snapshot.before.daemon, bootID: "boot-1", saved: nil))
    #expect(actions.map(\.name) == ["readAll"] && monitor.phase == .starting)
    let read = take(.readAll(.before, calls: 20, duration: .milliseconds(100)), 1)
    #expect(read.map(\.name) == ["watch", "save"] && monitor.phase == .watching)
    #expect(monitor.state == .before && monitor.stateAge(at: .seconds(1)) == .milliseconds(100))
  }

  @Test
  mutating func
    `when the runtime ends, the earlier state is given to the gate, and then a verification against it starts`()
  {
    watch()
    let actions = take(.ended(Snapshot.before.daemon), 3)
    #expect(actions.map(\.name) == ["offer", "save", "verify"] && monitor.phase == .verifying)
    #expect(monitor.restart?.stateAge == .milliseconds(2100) && monitor.restart?.wasWatched == true)
    #expect(monitor.restart?.changes.isEmpty == true && monitor.restart?.missesChanges == false)
    // The process is reported by several sources.
    #expect(take(.ended(Snapshot.before.daemon), 3).isEmpty)
    _ = take(.explained(Snapshot.before.daemon, Restart.Explanation(.killed(signal: 9))), 3)
    #expect(monitor.restart?.explanation.cause == .killed(signal: 9))
    let end = take(.verified(.intact, after: .after), 8)
    #expect(end.map(\.name) == ["publish", "save", "watch"] && monitor.phase == .watching)
    #expect(monitor.state == .after && monitor.restart == nil)
  }

  @Test mutating func `the end of an earlier process is not a restart`() {
    watch()
    #expect(take(.ended(Snapshot.after.daemon), 3).isEmpty && monitor.phase == .watching)
  }

  @Test mutating func `a loss is published, and the state after it is the next to compare with`() {
    watch()
    _ = take(.ended(Snapshot.before.daemon), 3)
    let end = take(.verified(.lost, after: .after), 8)
    guard case .publish(_, .lost)? = end.first else { return #expect(Bool(false), "\(end)") }
    #expect(monitor.state == .after)
  }

  @Test mutating func `changes that events announced before the end are part of the state`() {
    watch()
    var exited = Snapshot.before.containers[0].status
    exited.state = .exited
    exited.exitCode = 3
    _ = take(Self.event(.stopped, Self.nginx, exited), 2)
    _ = take(Self.event(.deleted, "container-web-job"), 2)
    _ = take(Self.event(.created, "new"), 2)
    _ = take(.ended(Snapshot.before.daemon), 2.5)
    let containers = monitor.state?.containers ?? []
    #expect(containers.first?.status.exitCode == 3 && containers.first?.isRunning == false)
    #expect(!containers.contains { $0.id == "container-web-job" })
    let changes = monitor.restart?.changes
    #expect(changes?.added == ["new"] && changes?.changed == [Self.nginx] && changes?.removedCount == 1)
  }

  @Test mutating func `an event without a status ends the container or the sandbox`() {
    watch()
    _ = take(Self.event(.stopped, Self.nginx), 2)
    _ = take(Self.event(.stopped, "sandbox-web"), 2)
    #expect(monitor.state?.containers[0].status.state == .exited)
    #expect(monitor.state?.sandboxes[0].isReady == false)
  }

  /// kubelet goes on while a restart is verified.
  @Test mutating func `an announced object that is deleted during the verification is not missed`() {
    watch()
    _ = take(Self.event(.created, "new"), 2)
    _ = take(.ended(Snapshot.before.daemon), 2.5)
    #expect(monitor.restart?.changes.added == ["new"])
    _ = take(Self.event(.deleted, "new"), 3)
    #expect(monitor.restart?.changes.added == [])
  }

  @Test mutating func `an object that appears and disappears is not a change`() {
    watch()
    _ = take(Self.event(.created, "new"), 2)
    _ = take(Self.event(.deleted, "new"), 2)
    _ = take(.ended(Snapshot.before.daemon), 2.5)
    #expect(monitor.restart?.changes.isEmpty == true)
  }

  @Test mutating func `events are collected for a second, and their objects are read again`() {
    watch()
    _ = take(Self.event(.started, Self.nginx), 10)
    _ = take(Self.event(.stopped, "sandbox-old"), 10.5)
    #expect(monitor.nextWake.map { $0 <= .seconds(11) } == true)
    let actions = take(.tick, 11)
    guard case .refresh(_, let changed, _, false)? = actions.last else { return #expect(Bool(false), "\(actions)") }
    #expect(changed.isSuperset(of: [Self.nginx, "sandbox-old"]))
  }

  /// The result of a read may be older than an event that arrives during the read.
  @Test mutating func `an event during a read is applied to its result`() {
    watch()
    let read = take(.tick, 100)
    #expect(read.last?.name == "refresh")
    _ = take(Self.event(.stopped, Self.nginx), 100.1)
    _ = take(
      .refreshed(.before, changeCount: 0, postponedCount: 0, calls: 2, duration: .milliseconds(200)), 100.2)
    #expect(monitor.state?.containers[0].isRunning == false)
    _ = take(.ended(Snapshot.before.daemon), 100.3)
    #expect(monitor.restart?.changes.changed == [Self.nginx])
  }

  @Test(arguments: [(true, 60.0), (false, 5.0)])
  mutating func `lists are read often only without events`(events: Bool, interval: Double) {
    watch(events: events)
    _ = take(.tick, 70)
    _ = take(.refreshed(.before, changeCount: 0, postponedCount: 0, calls: 2, duration: .milliseconds(5)), 70)
    #expect(take(.tick, 70 + interval - 0.1).isEmpty)
    #expect(take(.tick, 70 + interval).map(\.name) == ["refresh"])
  }

  @Test mutating func `a failing runtime is called at growing intervals`() {
    watch()
    var time = 100.0
    var pauses: [Double] = []
    for _ in 0..<12 {
      #expect(take(.tick, time).last?.name == "refresh")
      _ = take(.readFailed(calls: 2, duration: .milliseconds(1)), time)
      let next = (monitor.nextWake ?? .zero) / .seconds(1)
      pauses.append((next - time).rounded())
      time = next
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    // An event does not shorten the pause.
    _ = take(Self.event(.created, "new"), time - 200)
    #expect(take(.tick, time - 1).allSatisfy { $0.name != "refresh" })
  }

  @Test mutating func `the state is read soon after the runtime has hung`() {
    watch()
    _ = take(.tick, 100)
    _ = take(.readFailed(calls: 2, duration: .seconds(30)), 130)
    #expect(take(.tick, 159).allSatisfy { $0.name != "refresh" })
    #expect(take(.tick, 160).contains { $0.name == "refresh" })
  }

  @Test mutating func `a slow runtime has twenty times as long to rest`() {
    watch()
    _ = take(.tick, 100)
    _ = take(.refreshed(.before, changeCount: 0, postponedCount: 0, calls: 2, duration: .seconds(10)), 110)
    _ = take(Self.event(.created, "new"), 111)
    // The event alone must not cause a read within a second.
    #expect(take(.tick, 309).allSatisfy { $0.name != "refresh" })
    #expect(take(.tick, 311).contains { $0.name == "refresh" })
  }

  /// For the details of a container, all processes of the node are read.
  @Test mutating func `without events, details that may have changed are read once a minute`() {
    watch(events: false)
    var times: [Int] = []
    for second in 2..<182 {
      for action in take(.tick, Double(second)) {
        guard case .refresh(_, let changed, _, _) = action else { continue }
        if !changed.isEmpty { times.append(second) }
        _ = take(
          .refreshed(.before, changeCount: 0, postponedCount: 0, calls: 2, duration: .zero), Double(second))
      }
    }
    #expect(times.count == 3, "\(times)")
  }

  @Test func `the number of calls per minute is limited`() {
    var settings = MonitorSettings()
    settings.callsPerMinute = 120
    settings.examinationInterval = .zero
    var monitor = Monitor(settings)
    var calls: [(time: Double, count: Int)] = []
    _ = monitor.handle(.readAll(.before, calls: 10, duration: .zero), at: .zero, clock: .zero)
    var time = 0.0
    while time < 600 {
      for action in monitor.handle(.tick, at: .seconds(time), clock: .zero) {
        guard case .refresh(_, let changed, let limit, _) = action else { continue }
        // Everything that may be read is read, because something always changes.
        #expect(limit >= 0 && changed.count > 0)
        let count = 2 + min(limit, 100)
        calls.append((time, count))
        _ = monitor.handle(
          .refreshed(.before, changeCount: 100, postponedCount: 100 - min(limit, 100), calls: count, duration: .zero),
          at: .seconds(time), clock: .zero)
      }
      _ = monitor.handle(Self.event(.created, "new"), at: .seconds(time), clock: .zero)
      time += 0.25
    }
    for start in stride(from: 60.0, to: 540, by: 10) {
      let count = calls.filter { $0.time >= start && $0.time < start + 60 }.reduce(0) { $0 + $1.count }
      // A minute can begin with what the minute before has saved.
      #expect(count <= 240, "\(start): \(count)")
    }
    #expect(calls.reduce(0) { $0 + $1.count } <= 120 * 11 + 4)
  }

  @Test mutating func `the state is written at most every ten seconds`() {
    watch()
    var writes: [Double] = []
    for second in 2...40 {
      _ = take(Self.event(.created, "new \(second)"), Double(second))
      if take(.tick, Double(second)).contains(where: { $0.name == "save" }) { writes.append(Double(second)) }
    }
    #expect(writes == [11, 21, 31])
  }

  @Test mutating func `a state that has not changed is not written`() {
    watch()
    for second in [70.0, 140, 210] {
      _ = take(.tick, second)
      let actions = take(
        .refreshed(.before, changeCount: 0, postponedCount: 0, calls: 2, duration: .milliseconds(5)), second)
      #expect(actions.isEmpty)
    }
  }

  @Test mutating func `a state that could not be verified is verified again, and published only once`() {
    watch()
    _ = take(.ended(Snapshot.before.daemon), 3)
    #expect(take(.verified(.unverified, after: nil), 10).map(\.name) == ["publish"])
    #expect(monitor.nextWake == .seconds(20))
    #expect(take(.tick, 19).isEmpty)
    #expect(take(.tick, 20).map(\.name) == ["verify"])
    #expect(take(.verified(.unverified, after: nil), 30).isEmpty && monitor.nextWake == .seconds(50))
    _ = take(.tick, 50)
    #expect(take(.verified(.intact, after: .after), 60).map(\.name) == ["publish", "save", "watch"])
  }

  @Test mutating func `an incomplete state is accepted after four verifications`() {
    watch()
    _ = take(.ended(Snapshot.before.daemon), 3)
    var time = 10.0
    for _ in 0..<3 {
      _ = take(.verified(.unverified, after: .after), time)
      #expect(monitor.phase == .verifying && monitor.state == .before)
      time = (monitor.nextWake ?? .zero) / .seconds(1)
      #expect(take(.tick, time).map(\.name) == ["verify"])
    }
    _ = take(.verified(.unverified, after: .after), time)
    #expect(monitor.phase == .watching && monitor.state == .after)
  }

  /// Otherwise the state after a restart would be taken for the state before it.
  @Test mutating func `nothing is read before the process of the runtime is known`() {
    #expect(monitor.nextWake == nil && take(.tick, 1).isEmpty && take(.tick, 100).isEmpty)
    let actions = take(.connected(Snapshot.after.daemon, bootID: "boot-1", saved: .before), 101)
    #expect(actions.map(\.name) == ["offer", "save", "verify"])
  }

  @Test mutating func `a restart while no monitor was running is verified against the saved state`() {
    let actions = take(.connected(Snapshot.after.daemon, bootID: "boot-1", saved: .before), 5)
    #expect(actions.map(\.name) == ["offer", "save", "verify"])
    #expect(monitor.restart?.wasWatched == false && monitor.restart?.explanation.cause == .unknown)
  }

  @Test mutating func `a restart between the connection and the first read is verified`() {
    _ = take(.connected(Snapshot.before.daemon, bootID: "boot-1", saved: .before))
    let actions = take(.readAll(.after, calls: 20, duration: .zero), 1)
    #expect(actions.map(\.name) == ["offer", "save", "verify"] && monitor.state == .before)
  }

  @Test(arguments: ["boot-2", nil])
  mutating func `a saved state from another boot is not used`(bootID: String?) {
    let actions = take(.connected(Snapshot.after.daemon, bootID: bootID, saved: .before))
    #expect(actions.map(\.name) == ["readAll"] && monitor.state == nil)
  }

  @Test mutating func `a read of an earlier process is discarded`() {
    watch()
    _ = take(.tick, 100)
    _ = take(.ended(Snapshot.before.daemon), 101)
    _ = take(.verified(.intact, after: .after), 105)
    _ = take(.refreshed(.before, changeCount: 5, postponedCount: 0, calls: 2, duration: .zero), 106)
    #expect(monitor.state == .after)
  }

  @Test func `the node is examined on a schedule, and soon after a restart`() {
    var monitor = Monitor()
    func take(_ input: MonitorInput, _ seconds: Double) -> [String] {
      monitor.handle(input, at: .seconds(seconds), clock: .zero).map(\.name)
    }
    #expect(take(.readAll(.before, calls: 20, duration: .zero), 1).contains("watch"))
    #expect(!take(.tick, 9).contains("examine"))
    #expect(take(.tick, 10).contains("examine"))
    #expect(!take(.tick, 700).contains("examine"))
    _ = take(.examined(calls: 20, duration: .seconds(1)), 701)
    #expect(!take(.tick, 1300).contains("examine"))
    _ = take(.ended(Snapshot.before.daemon), 1300)
    #expect(!take(.tick, 1302).contains("examine"))
    _ = take(.verified(.intact, after: .after), 1305)
    #expect(!take(.tick, 1300).contains("examine") && take(.tick, 1315).contains("examine"))
  }
}

extension MonitorAction {
  fileprivate var name: String {
    switch self {
    case .readAll: "readAll"
    case .refresh: "refresh"
    case .watch: "watch"
    case .save: "save"
    case .offer: "offer"
    case .verify: "verify"
    case .examine: "examine"
    case .publish: "publish"
    }
  }
}
