import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Decisions of kubelet 1.36.2 that were observed with real pods: what a pod does after it was recreated, what its init
/// containers do, and what kubelet remembers of it.
@Suite struct KubeletOutcomeTests {
  private static let initial = [
    PodSpecification.Container("setup", .initial), PodSpecification.Container("main", .regular),
  ]
  private static let sidecar = [
    PodSpecification.Container("setup", .sidecar), PodSpecification.Container("main", .regular),
  ]
  private static let two = initial + [PodSpecification.Container("other", .regular)]

  /// Pod web with setup, main and other as far as they are in the specification.
  private static func pod(
    _ policy: RestartPolicy?, _ containers: [PodSpecification.Container], source: String = "file",
    exits: [String: Int32] = ["setup": 0], _ change: (inout Snapshot, inout Snapshot) -> Void
  ) -> Report {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    after.sandboxes[0] = before.sandboxes[0]
    before.containers.removeAll { $0.sandboxID == "sandbox-web" }
    before.containers += containers.map {
      Snapshot.container($0.name, in: "web", pid: exits[$0.name] == nil ? 1200 : nil, exit: exits[$0.name])
    }
    after.containers = before.containers
    before.pods = policy.map {
      [PodSpecification(pod: before.sandboxes[0].pod, restartPolicy: $0, containers: containers)]
    }
    change(&before, &after)
    return Report(before, after)
  }

  private static func web(_ report: Report) throws -> Prediction {
    try #require(report.predictions.first { $0.pod.name == "web" })
  }

  struct Recreation: Sendable, CustomTestStringConvertible {
    let name: String
    var policy: RestartPolicy = .onFailure
    let containers: [PodSpecification.Container]
    var exits: [String: Int32] = ["setup": 0]
    let completed: [String]
    let mayEnd: Bool
    var testDescription: String { name }
  }

  static let recreations: [Recreation] = [
    Recreation(name: "init container", containers: initial, completed: ["main"], mayEnd: true),
    Recreation(name: "sidecar", containers: sidecar, exits: [:], completed: ["main"], mayEnd: true),
    Recreation(name: "two containers", containers: two, completed: ["main", "other"], mayEnd: true),
    Recreation(
      name: "the other one has succeeded", containers: two, exits: ["setup": 0, "other": 0], completed: ["main"],
      mayEnd: true),
    Recreation(
      name: "the other one has failed", containers: two, exits: ["setup": 0, "other": 1], completed: ["main"],
      mayEnd: false),
    Recreation(
      name: "without init containers, they start with the sandbox",
      containers: [PodSpecification.Container("main", .regular)], completed: [], mayEnd: false),
    Recreation(name: "Always", policy: .always, containers: initial, completed: [], mayEnd: false),
    Recreation(
      name: "Always, but the container has OnFailure", policy: .always,
      containers: [initial[0], PodSpecification.Container("main", .regular, restartPolicy: .onFailure)],
      completed: ["main"], mayEnd: true),
  ]

  @Test(arguments: recreations)
  func `a container that exits with 0 when it is stopped does not run again after init containers`(
    test: Recreation
  ) throws {
    let report = Self.pod(test.policy, test.containers, exits: test.exits) { $1.sandboxes[0].status.state = .notReady }
    let prediction = try Self.web(report)
    #expect(prediction.action == .recreate && prediction.rule == .c3)
    #expect(prediction.completedIfStopped == test.completed && prediction.mayEnd == test.mayEnd)
    let isNamed = Self.lines(report).contains { $0.contains(" with 0 when ") && $0.contains("[pod.state, C3]") }
    #expect(isNamed == !test.completed.isEmpty)
  }

  @Test(arguments: [("api", RestartPolicy.always), ("file", .never)])
  func `an init container that finishes during the change is no loss`(source: String, policy: RestartPolicy) throws {
    func report(_ code: Int32) -> Report {
      Self.pod(policy, Self.initial, source: source, exits: [:]) { before, after in
        before.containers.removeLast()
        after.containers.removeLast()
        after.containers[after.containers.count - 1].status.state = .exited
        after.containers[after.containers.count - 1].status.exitCode = code
      }
    }
    #expect(report(0).verdict() == .intact)
    #expect(report(0).findings.map(\.rule.id) == [.containerInitialised])
    #expect(try Self.web(report(0)).action == .keep)
    #expect(report(1).findings.contains { $0.rule.id == .containerState && $0.rule.severity == .critical })
    let failed = try Self.web(report(1))
    #expect(failed.action == (policy == .never ? .kill : .restartContainers))
  }

  @Test(
    arguments: [
      (.always, 0, "3", .atNextEvent), (.always, 1, "3", .atNextEvent), (.onFailure, 1, "3", .atNextEvent),
      (.onFailure, 0, "3", .atKubeletRestart), (.always, 0, "0", .atKubeletRestart),
      (.never, 1, "0", .atKubeletRestart),
    ] as [(RestartPolicy, Int32, String, Prediction.Trigger)])
  func `a container that is started again and again is an event of its pod, whatever its exit code`(
    policy: RestartPolicy, code: Int32, count: String, trigger: Prediction.Trigger
  ) throws {
    let containers = [PodSpecification.Container("main", .regular), PodSpecification.Container("other", .regular)]
    let report = Self.pod(policy, containers, exits: ["main": code]) { before, after in
      for index in after.containers.indices where after.containers[index].name == "main" {
        before.containers[index].status.annotations["io.kubernetes.container.restartCount"] = count
        after.containers[index] = before.containers[index]
      }
      after.sandboxes[0].status.network?.ip = ""
    }
    #expect(try Self.web(report).trigger == trigger)
  }

  @Test(arguments: [("5", 30, true), ("1", 30, false), ("5", 3_000, false)])
  func `a container that runs between two ends is an event too`(count: String, age: Int64, isEvent: Bool) throws {
    let containers = [PodSpecification.Container("main", .regular)]
    let report = Self.pod(.always, containers, exits: [:]) { before, after in
      let index = after.containers.count - 1
      var ended = Snapshot.container("main", in: "web", exit: 0)
      ended.status.id = "earlier"
      before.containers[index].status.createdAt = ended.status.createdAt + .seconds(5)
      before.containers[index].status.startedAt = after.taken + .seconds(-age)
      before.containers[index].status.annotations["io.kubernetes.container.restartCount"] = count
      before.containers.append(ended)
      after.containers = before.containers
      after.sandboxes[0].status.network?.ip = ""
    }
    #expect(try Self.web(report).trigger == (isEvent ? .atNextEvent : .atKubeletRestart))
  }

  /// A kubelet that has not been restarted has the earlier status of a static pod.
  @Test(
    arguments: [
      ("file", 40, .kill), ("file", 41, .restartContainers), ("file", nil, .restartContainers), ("api", 41, .kill),
    ] as [(String, Int32?, Prediction.Action)])
  func `the lost record of the only container ends a pod that kubelet remembers`(
    source: String, pid: Int32?, action: Prediction.Action
  ) throws {
    let containers = [PodSpecification.Container("main", .regular)]
    let report = Self.pod(.never, containers, source: source, exits: [:]) { before, after in
      func kubelet(_ pid: Int32) -> ObservedNode {
        ObservedNode(kubelet: ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: pid, startTime: 4)])))
      }
      if let pid { (before.observed, after.observed) = (kubelet(40), kubelet(pid)) }
      after.containers.removeLast()
    }
    let prediction = try Self.web(report)
    #expect(prediction.action == action && prediction.rule == (action == .kill ? .b7 : .b1))
  }

  @Test func `a completed container beside a running one runs again when the records are lost`() throws {
    let containers = [PodSpecification.Container("main", .regular), PodSpecification.Container("other", .regular)]
    let report = Self.pod(.onFailure, containers, source: "api", exits: ["other": 0]) { _, after in
      after.sandboxes.removeFirst()
      after.containers.removeAll { $0.sandboxID == "sandbox-web" }
    }
    let prediction = try Self.web(report)
    #expect(prediction.action == .recreate && prediction.repeated == ["other"])
  }

  // MARK: After kubelet has acted

  @Test func `a pod in which nothing is running is not reported as killed`() throws {
    let report = Self.pod(.always, Self.initial) { before, after in
      after.sandboxes[0].status.state = .notReady
      for index in after.containers.indices where after.containers[index].isRunning {
        after.containers[index].status.state = .exited
        after.containers[index].status.exitCode = 255
      }
      _ = before
    }
    #expect(try Self.web(report).isDown)
    let lines = Self.lines(report)
    #expect(lines.contains("kubelet will recreate 1 stopped pod"), "\(lines)")
    #expect(!lines.contains { $0.contains("kill and recreate") })
  }

  @Test func `a pod that has ended is not reported as killed, and nothing is left to stop`() throws {
    let report = Self.pod(.never, [PodSpecification.Container("nginx", .regular)]) { _, after in
      after.sandboxes[0].status.state = .notReady
      for index in after.containers.indices where after.containers[index].sandboxID == "sandbox-web" {
        after.containers[index].status.state = .exited
        after.containers[index].status.exitCode = 137
      }
    }
    let prediction = try Self.web(report)
    #expect(prediction.action == .kill && prediction.hasEnded)
    #expect(report.remedy() == .repeatWork)
    let text = "kubelet will not start the pod again, whose restartPolicy is Never"
    #expect(Self.lines(report).contains { $0.contains(text) }, "\(Self.lines(report))")
  }

  @Test func `a container that a known policy leaves ended is named`() throws {
    let containers = ["nginx", "second"].map { PodSpecification.Container($0, .regular) }
    let report = Self.pod(.never, containers) { _, after in
      guard let index = after.containers.firstIndex(where: { $0.name == "nginx" }) else { return }
      after.containers[index].status.state = .exited
    }
    let prediction = try Self.web(report)
    #expect(prediction.action == .keep && prediction.leftEnded == ["nginx"])
    #expect(Self.lines(report).contains { $0.hasPrefix("kubelet will not start ") }, "\(Self.lines(report))")
  }

  @Test(arguments: [Scenario.reboot, .wipe])
  func `pods that kubelet has recreated do not count as kept`(scenario: Scenario) {
    let report = Report(scenario: scenario, before: .before, after: .after(scenario))
    #expect(report.predictions.allSatisfy(\.isRecreated) && report.recreated.count == 2)
    #expect(Self.lines(report).contains("kubelet has already recreated 2 pods"))
  }

  @Test(arguments: [(RestartPolicy.never, Int32(255), RuleID.podEnded), (.onFailure, 0, .podFinished)])
  func `verify does not wait for a pod that its policy ends after a reboot`(
    policy: RestartPolicy, code: Int32, rule: RuleID
  ) {
    var (before, after) = (Snapshot.before, Snapshot.after(.reboot))
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: policy,
        containers: [PodSpecification.Container("nginx", .regular)])
    ]
    after.sandboxes[0] = before.sandboxes[0]
    after.sandboxes[0].status.state = .notReady
    after.containers[0] = before.containers[0]
    after.containers[0].status.state = .exited
    after.containers[0].status.exitCode = code
    (before.containers[1].status.exitCode, after.containers[1].status.exitCode) = (0, 0)
    let report = Report(scenario: .reboot, before: before, after: after)
    #expect(report.findings.contains { $0.rule.id == rule && $0.object.pod?.name == "web" })
    #expect(!report.findings.contains { $0.rule.id == .podSuccessor })
  }

  /// A Job's pod that is gone without a stop by kubelet has not completed, as far as anybody knows.
  @Test(arguments: [true, false]) func `a Job's pod has not finished while kubelet is stopped`(isStopped: Bool) {
    var (before, after) = (Snapshot.before, Snapshot.after(.wipe))
    for index in before.sandboxes.indices {
      before.sandboxes[index].status.labels["batch.kubernetes.io/job-name"] = "backup"
    }
    after.sandboxes = []
    after.containers = []
    let running = ObservedKubelet.Instance(pid: 7, startTime: 7)
    before.observed = ObservedNode(
      kubelet: ObservedKubelet(processes: .known([running]), podDirectories: .known([])))
    after.observed = ObservedNode(kubelet: ObservedKubelet(processes: .known(isStopped ? [] : [running])))
    let report = Report(scenario: .wipe, before: before, after: after)
    #expect(report.findings.contains { $0.rule.id == .podFinished } != isStopped)
  }

  @Test func `verify waits for a pod with Never whose container has its own policy Always`() {
    var (before, after) = (Snapshot.before, Snapshot.after(.reboot))
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: .never,
        containers: [PodSpecification.Container("nginx", .regular, restartPolicy: .always)])
    ]
    after.sandboxes.removeFirst()
    after.containers.removeFirst()
    let report = Report(scenario: .reboot, before: before, after: after)
    #expect(report.findings.contains { $0.rule.id == .podSuccessor })
  }

  /// The lines of a report's table.
  private static func lines(_ report: Report) -> [String] {
    let view = ReportView(report, failingOn: .major, exitCode: 0, checked: Timestamp(seconds: 1))
    return ReportFormat.table.text(view).split(separator: "\n").map(String.init)
  }
}
