import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Tests when a report has findings, when it is vacuous, and what counts as a loss.
@Suite struct VerdictTests {
  @Test(arguments: [
    (Severity.info, [Severity.info]), (.minor, [.info, .minor]), (.major, [.info, .minor, .major]),
    (.critical, [.info, .minor, .major, .critical]),
  ])
  func `a finding counts if its severity reaches the threshold`(severity: Severity, counting: [Severity]) {
    var after = Snapshot.after
    switch severity {
    case .info: after.containers[0].status.stopSignal = .sigkill
    case .minor: after.containers[0].status.imageRef = "other"
    case .major: after.containers[0].status.logPath = "/other"
    case .critical: after.containers[0].pid = 1
    }
    let report = Report(.before, after)
    #expect(report.findings.map(\.rule.severity) == [severity])
    for threshold in Severity.allCases {
      #expect((report.verdict(failingOn: threshold) == .lost) == counting.contains(threshold))
    }
    #expect(report.verdict() == report.verdict(failingOn: .major))
  }

  @Test(arguments: [1, 4]) func `newly read namespaces are one line, however many there are`(count: Int) throws {
    let model = try #require(Snapshot.before.sandboxes.first)
    func change(_ snapshot: inout Snapshot) {
      snapshot.sandboxes = (1...count).map { number in
        var record = model
        record.status.id = "sandbox-\(number)"
        record.status.metadata?.uid = "uid-\(number)"
        record.status.metadata?.name = "pod-\(number)"
        record.status.labels["io.kubernetes.pod.uid"] = "uid-\(number)"
        record.status.network?.ip = "10.0.1.\(number)"
        record.facts.networkNamespace = "/run/netns/\(number)"
        record.observed = ObservedSandbox(namespace: .known(.missing))
        return record
      }
      snapshot.containers = []
      snapshot.observed = ObservedNode()
    }
    var (before, after) = (Snapshot.before, Snapshot.after)
    change(&before)
    change(&after)
    let report = Report(before, after)
    #expect(report.findings.isEmpty, "\(report.findings)")
    let names = count == 1 ? "\(before.sandboxes[0].pod)" : "4 pods"
    #expect(report.unchecked.map(\.subjectText).filter { $0.hasPrefix("networks of") } == ["networks of \(names)"])
    let narrow = Report(before: before, after: after, scope: Scope(pods: ["proxy"]))
    #expect(!narrow.unchecked.contains { $0.subjectText.hasPrefix("networks of") })
  }

  @Test func `severities are in order`() {
    #expect(Severity.info < .minor && Severity.minor < .major && Severity.major < .critical)
    #expect(Severity.allCases.map { "\($0)" } == ["info", "minor", "major", "critical"])
  }

  // MARK: Nothing to verify

  @Test func `an empty node has nothing to verify`() {
    var before = Snapshot.before
    (before.sandboxes, before.containers) = ([], [])
    let report = Report(before, .after)
    #expect(report.verdict() == .vacuous(.nothingToVerify))
    #expect(report.vacuousText?.contains("nothing to verify") == true)
  }

  @Test func `a single container is enough to verify`() {
    var before = Snapshot.before
    before.sandboxes = []
    #expect(Report(before, .after).vacuous == nil)
  }

  /// For each scenario, snapshots that show that it did not take place.
  @Test(arguments: Scenario.allCases)
  func `a change that did not take place is vacuous`(scenario: Scenario) {
    var (before, after) = (Snapshot.before, Snapshot.before)
    let kubelet = ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: 40, startTime: 4)]))
    before.observed = ObservedNode(kubelet: kubelet)
    after.observed = before.observed
    let report = Report(scenario: scenario, before: before, after: after)
    #expect(report.vacuous != nil)
    #expect(report.verdict().name == "vacuous", "\(report.findings)")
  }

  @Test(arguments: Scenario.allCases)
  func `the scenario is derived from the snapshots`(scenario: Scenario) {
    var (before, after) = (Snapshot.before, Snapshot.after(scenario))
    if scenario == .wipe { (before.runtime.name, after.runtime.name) = ("cri-o", "cri-o") }
    func kubelet(_ pid: Int32) -> ObservedNode {
      ObservedNode(kubelet: ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: pid, startTime: 4)])))
    }
    (before.observed, after.observed) = (kubelet(40), kubelet(41))
    let report = Report(before: before, after: after)
    #expect(report.scenario == scenario)
    #expect(report.scenarioReason != nil)
    #expect(report.verdict() == .intact, "\(report.findings)")
  }

  @Test(arguments: ["containerd", "cri-o"]) func `a runtime that has lost everything was wiped`(name: String) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    (before.runtime.name, after.runtime.name) = (name, name)
    (after.sandboxes, after.containers) = ([], [])
    func report(_ orphans: [Orphan]?) -> Report {
      after.observed = orphans.map { ObservedNode(orphans: .known($0)) }
      return Report(before: before, after: after)
    }
    let wiped = report([])
    #expect(wiped.scenario == .wipe && wiped.scenarioReason == .noPodLeft)
    #expect(wiped.findings.contains { $0.rule.id == .runtimeWiped } && wiped.verdict() == .lost)
    #expect(!wiped.findings.contains { $0.afterText.contains("may still be running") })
    // The pod's processes are still running, or nothing is known about them.
    let shim = Orphan(kind: .shim, id: "sandbox-web", pid: 50, startTime: 1, processes: [1001])
    #expect(report([shim]).scenario == .restart)
    #expect(report(nil).scenario == .restart)
    // kubelet has recreated the pods.
    after.sandboxes = [before.successor(of: 0), before.successor(of: 1)]
    #expect(report([]).scenario == .wipe)
    after.sandboxes = [before.sandboxes[0]]
    #expect(report([]).scenario == .restart)
    // Nothing was ready before.
    before.sandboxes = [before.sandboxes[2]]
    #expect(report([]).scenario == .restart)
  }

  @Test func `a scope keeps its pods and lists what it leaves out`() {
    var after = Snapshot.after
    after.sandboxes[0].status.network?.ip = ""
    after.images.removeFirst()
    let rest = Report(before: .before, after: after, scope: Scope(pods: ["default/proxy"]))
    #expect(rest.findings.isEmpty && rest.predictions.map(\.pod.name) == ["proxy"])
    #expect(rest.unchecked.contains { $0.subjectText == "all other pods, and the images" })
    let web = Report(before: .before, after: after, scope: Scope(namespaces: ["default"], pods: ["web"]))
    #expect(web.findings.map(\.rule.id.label) == ["pod.ip"])
    let none = Report(before: .before, after: after, scope: Scope(namespaces: ["other"]))
    #expect(none.verdict().name == "vacuous")
    let some = Report(before: .before, after: after, scope: Scope(namespaces: ["other", "default"]))
    #expect(some.verdict() == .lost)
    #expect(
      some.unchecked.contains {
        $0.subjectText == "namespace other" && $0.reasonText == "the snapshot has no pod in this namespace"
      })
    // Findings about the runtime do not concern a pod.
    after.runtime.conditions = after.runtime.conditions.map { condition in
      RuntimeCondition(type: condition.type, status: condition.type != "Quiet", reason: condition.reason)
    }
    for scope in [Scope(namespaces: ["other"]), Scope(namespaces: ["other"], pods: ["web"])] {
      let noisy = Report(before: .before, after: after, scope: scope)
      #expect(noisy.findings.map(\.rule.id.label) == ["runtime.condition"] && noisy.verdict().name == "vacuous")
    }
    after.runtime.conditions = Snapshot.after.runtime.conditions
    let ignoring = Report(before: .before, after: after, scope: Scope(ignoredRules: [.podIP]))
    #expect(ignoring.findings.map(\.rule.id.label) == ["image.missing"])
    #expect(ignoring.unchecked.contains { $0.subjectText == "pod.ip" && $0.reasonText.contains("1 finding") })
  }

  /// The rule fires whether the runtime still has the address or has lost it.
  @Test func `a lost network has a specific reason`() {
    #expect(ReportText.english.rule(.podNetworkGone).reason == "the network behind the pod's address is gone or down")
  }

  @Test func `a daemon with the same process was not restarted`() {
    var after = Snapshot.after
    after.daemon = Snapshot.before.daemon
    let report = Report(.before, after)
    #expect(report.vacuousText?.contains("not restarted") == true)
    #expect(report.vacuousText?.contains("100") == true)
    #expect(report.verdict().name == "vacuous")
  }

  @Test func `the same PID with a different start time is a different process`() {
    var after = Snapshot.after
    after.daemon.pid = 100
    #expect(Report(.before, after).verdict() == .intact)
    #expect(Snapshot.before.daemon.wasReplaced(by: after.daemon) == true)
  }

  @Test func `after a reboot the same PID does not mean the same process`() {
    var after = Snapshot.after
    after.daemon = Snapshot.before.daemon
    after.host.bootID = "boot-2"
    let report = Report(.before, after)
    #expect(report.vacuous == nil)
    #expect(report.verdict() == .lost)
    #expect(report.findings.map(\.rule.id.label) == ["host.boot"])
  }

  @Test(arguments: [(nil, 5000), (100, nil)] as [(Int32?, UInt64?)])
  func `an invisible daemon is listed as unchecked`(pid: Int32?, start: UInt64?) {
    var after = Snapshot.after
    (after.daemon.pid, after.daemon.startTime) = (pid, start)
    let report = Report(.before, after)
    #expect(report.verdict() == .intact)
    #expect(report.unchecked.contains { $0.subjectText.contains("daemon was restarted") })
    #expect(Snapshot.before.daemon.wasReplaced(by: after.daemon) == nil)
  }

  @Test func `a different machine ID means a different node`() {
    var after = Snapshot.after
    after.host.machineID = "machine-2"
    after.host.bootID = "boot-2"
    after.sandboxes = []
    Self.expectForeign(Report(.before, after))
  }

  @Test(arguments: ["machine-2", nil], ["node-1", "node-2"])
  func `within one boot, a new machine ID or a new name does not hide a loss`(machine: String?, name: String) {
    var after = Snapshot.after
    (after.host.machineID, after.host.name) = (machine, name)
    if let index = after.sandboxes.firstIndex(where: \.isReady) { after.sandboxes.remove(at: index) }
    #expect(Report(.before, after).verdict() == .lost)
    after.host.name = "node-1"
    after.sandboxes = []
    #expect(Report(.before, after).verdict().name == "lost")
  }

  @Test func `nodes that are containers of one machine are different nodes`() {
    var after = Snapshot.after
    (after.host.machineID, after.host.name) = ("machine-2", "node-2")
    for index in after.sandboxes.indices { after.sandboxes[index].status.id = "other-\(index)" }
    Self.expectForeign(Report(.before, after))
  }

  @Test(arguments: [0, 1]) func `without a machine ID, a different name means a different node`(side: Int) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    if side == 0 { before.host.machineID = nil } else { after.host.machineID = nil }
    #expect(Report(before, after).vacuous == nil)
    after.host.name = "node-2"
    after.host.bootID = "boot-2"
    after.sandboxes = []
    Self.expectForeign(Report(before, after))
  }

  @Test func `a node may be renamed`() {
    var after = Snapshot.after
    after.host.name = "node-2"
    #expect(Report(.before, after).verdict() == .intact)
  }

  private static func expectForeign(_ report: Report) {
    #expect(report.vacuousText?.contains("a different node") == true)
    #expect(report.verdict().name == "vacuous")
    #expect(report.findings.isEmpty && report.predictions.isEmpty)
  }

  @Test func `a report in which every pod is excused is vacuous`() {
    var (before, after) = (Snapshot.before, Snapshot.after)
    for index in before.sandboxes.indices { before.sandboxes[index].status.createdAt = before.taken }
    for index in before.containers.indices { before.containers[index].status.createdAt = before.taken }
    after.sandboxes = []
    after.containers = []
    let report = Report(before, after)
    #expect(report.verdict().name == "vacuous" && report.vacuousText?.contains("there is nothing to verify") == true)
    let one = Report(before: before, after: after, scope: Scope(pods: ["web"]))
    #expect(one.vacuous == .allEnded(count: 1, isWholeNode: false))
    after.sandboxes = [before.sandboxes[0]]
    #expect(Report(before, after).vacuous == nil)
  }

  @Test func `a node whose pods have all ended has nothing to verify`() {
    var (before, after) = (Snapshot.before, Snapshot.after)
    for index in before.sandboxes.indices { before.sandboxes[index].status.state = .notReady }
    for index in before.containers.indices { before.containers[index].status.state = .exited }
    (after.sandboxes, after.containers) = (before.sandboxes, before.containers)
    #expect(Report(before, after).vacuousText?.contains("no ready pod and no running container") == true)
    before.unchecked = [Unchecked.details(ObjectName(.pod, id: "x"), isLive: true, "no response in time")]
    #expect(Report(before, after).verdict() == .unverified, "the unchecked pod may be ready")
  }

  @Test func `kubelet that was stopped was not restarted`() {
    var (before, after) = (Snapshot.before, Snapshot.after(.kubeletRestart))
    before.observed = ObservedNode(
      kubelet: ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: 40, startTime: 4)])))
    after.observed = ObservedNode(kubelet: ObservedKubelet(processes: .known([])))
    let report = Report(scenario: .kubeletRestart, before: before, after: after)
    #expect(report.vacuous == .kubeletStopped)
    #expect(!report.unchecked.contains { $0.subjectText.contains("kubelet was restarted") })
  }

  // MARK: Objects that could not be read

  @Test(arguments: [0, 1]) func `an object that could not be read leaves the verdict open`(side: Int) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    let unread = Unchecked(.recorded("sandbox x"), "no response in time", isRequired: true)
    if side == 0 { before.unchecked = [unread] } else { after.unchecked = [unread] }
    let report = Report(before, after)
    #expect(report.isPartial)
    #expect(report.verdict() == .unverified)
    #expect(
      report.unchecked.contains { $0.subjectText.hasPrefix("sandbox x") && $0.reasonText == "no response in time" })
  }

  @Test(arguments: ["sandbox", "container", "images"])
  func `an unreadable object is not missing`(kind: String) {
    var after = Snapshot.after
    switch kind {
    case "sandbox":
      after.unchecked = [Unchecked.details(ObjectName(.pod, id: after.sandboxes.removeFirst().id), "w")]
    case "container":
      after.unchecked = [Unchecked.details(ObjectName(.container, id: after.containers.removeFirst().id), "w")]
    default:
      after.images = []
      after.unchecked = [Unchecked.images("w")]
    }
    let report = Report(.before, after)
    #expect(report.findings.isEmpty, "\(report.findings.map(\.rule.id.label))")
    #expect(report.affected.isEmpty)
    #expect(report.verdict() == .unverified)
  }

  /// An object whose status could not be read may have stopped according to the list.
  @Test(arguments: [(false, ["container.state", "pod.state"]), (true, [])])
  func `the list shows which unreadable objects have stopped`(isLive: Bool, rules: [String]) {
    func unread(_ before: Snapshot) -> Snapshot {
      var after = Snapshot.after
      let (sandbox, container) = (after.sandboxes.removeFirst(), after.containers.remove(at: 0))
      after.unchecked = [(ObjectName.Kind.pod, sandbox.id), (.container, container.id)].map { kind, id in
        Unchecked.details(ObjectName(kind, pod: sandbox.pod, id: id), isLive: isLive, "no response in time")
      }
      return after
    }
    let report = Report(.before, unread(.before))
    #expect(report.findings.map(\.rule.id.label).sorted() == rules)
    #expect(report.verdict().name == (isLive ? "unverified" : "lost"))
    var job = Snapshot.before
    job.sandboxes[0].status.labels["job-name"] = "backup"
    #expect(Report(job, unread(job)).findings.isEmpty, "it is unknown how the Job's containers ended")
  }

  @Test func `unreadable objects of other pods do not change the verdict`() {
    var after = Snapshot.after
    let web = after.sandboxes.removeFirst()
    after.unchecked = [
      Unchecked.details(ObjectName(.pod, pod: web.pod, id: web.id), "no response in time"),
      Unchecked.images("no response in time"),
    ]
    let proxy = Report(before: .before, after: after, scope: Scope(pods: ["proxy"]))
    #expect(proxy.verdict() == .intact && !proxy.unchecked.contains { $0.subjectText == "sandbox of web" })
    #expect(Report(before: .before, after: after, scope: Scope(pods: ["web"])).verdict() == .unverified)
    after.unchecked[0] = .details(ObjectName(.pod, id: web.id), "no response in time")
    #expect(Report(before: .before, after: after, scope: Scope(pods: ["proxy"])).verdict() == .unverified)
  }

  @Test func `lost takes precedence over vacuous, and vacuous over unverified`() {
    var after = Snapshot.after
    after.unchecked = [Unchecked(.recorded("x"), "y", isRequired: true)]
    #expect(Report(.before, after).verdict().name == "unverified")
    after.daemon = Snapshot.before.daemon
    #expect(Report(.before, after).verdict().name == "vacuous")
    after.sandboxes[0].status.network?.ip = ""
    #expect(Report(.before, after).verdict().name == "lost")
  }

  @Test func `sources that could not be read are listed as unchecked`() {
    var before = Snapshot.before
    before.sandboxes[0].facts.pid = nil
    before.host.bootID = nil
    let unchecked = Report(before, .after).unchecked.map(\.subjectText)
    #expect(unchecked.contains { $0.contains("pause processes of 1 of 2 pods") })
    #expect(unchecked.contains { $0.contains("rebooted") })
    #expect(unchecked.contains { $0.contains("network namespaces") })
  }

  @Test func `a pod without a pause process has not lost one`() {
    var before = Snapshot.before
    before.sandboxes[0].facts.pid = nil
    // CRI-O's annotation is in the same response as the process, if there is one.
    before.sandboxes[0].facts.runtimeHandler = ""
    #expect(!Report(before, .after).unchecked.contains { $0.subjectText.contains("pause process") })
  }

  // MARK: The document

  @Test func `the report's document has the same content`() throws {
    var after = Snapshot.after
    after.sandboxes[0].status.network?.ip = ""
    let report = Report(.before, after)
    let document = try JSON.parse(report.json(exitCode: 1).text())
    #expect(document["kind"] == "cri-report")
    #expect(document["schema"]?.intValue == Int64(Report.schema))
    #expect(document["scenario"] == "restart")
    #expect(document["verdict"] == "lost")
    #expect(document["exitCode"] == 1)
    #expect(document["reason"] == .null)
    #expect(document["before"]?["daemonPid"] == 100 && document["after"]?["daemonPid"] == 200)
    #expect(document["summary"]?["critical"] == 1)
    #expect(document["summary"]?["pods"] == 2)
    #expect(document["summary"]?["recreate"] == 1 && document["summary"]?["keep"] == 1)
    let finding = try #require(document["findings"]?[0])
    #expect(finding["rule"] == "pod.ip" && finding["severity"] == "critical")
    #expect(finding["object"]?["kind"] == "pod" && finding["object"]?["uid"] == "uid-web")
    #expect(finding["before"] == "10.0.0.2" && finding["after"] == "none")
    #expect(finding["kubelet"]?["rule"] == "C5")
    #expect(finding["kubelet"]?["trigger"] == "at-kubelet-restart")
    #expect(document["pods"]?.arrayValue?.count == 2)
    #expect(document["unchecked"]?.arrayValue?.isEmpty == false)
  }

  @Test func `the report's document has the reason for a vacuous verdict`() {
    var after = Snapshot.after
    after.daemon = Snapshot.before.daemon
    let document = Report(.before, after).json(exitCode: 4)
    #expect(document["verdict"] == "vacuous")
    #expect(document["reason"]?.stringValue?.contains("not restarted") == true)
  }

  @Test func `a secret that was left out is not a change`() {
    var (before, after) = (Snapshot.before, Snapshot.after)
    let key = "kubectl.kubernetes.io/last-applied-configuration"
    for (snapshot, text) in [(0, "one"), (1, "two")] {
      var status = Snapshot.before.sandboxes[0].status
      status.annotations[key] = text
      let record = SandboxRecord(status: status, facts: Snapshot.before.sandboxes[0].facts)
      if snapshot == 0 { before.sandboxes[0] = record } else { after.sandboxes[0] = record }
    }
    #expect(Report(before, after).findings.isEmpty)
  }

  /// A pod that was created and lost between the snapshot and a crash is in neither snapshot.
  @Test func `an announced object that is not listed any more leaves the verdict open`() {
    var report = Report(.before, .after)
    report.check(announced: [Snapshot.after.sandboxes[0].id], in: .after)
    #expect(report.verdict() == .intact)
    report.check(announced: ["new-1", "new-2"], in: .after)
    #expect(report.verdict() == .unverified)
    #expect(report.unchecked.last?.subject == .announced(count: 2))
  }
}
