import CRIJSON
import CRIMessages
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Static pods that kubelet ends: only the running kubelet remembers them, so its next restart runs them again if their
/// records are gone.
@Suite struct StaticPodTests {
  /// What is left of the pod's records.
  enum Records: CaseIterable { case none, emptySandbox, all }

  private static func report(
    _ records: Records, source: String = "file", restartsKubelet: Bool = false
  ) -> Report {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    after.sandboxes[0] = before.sandboxes[0]
    after.sandboxes[0].status.state = .notReady
    after.containers[0].status.state = .exited
    after.containers[0].status.exitCode = 137
    if records != .all { after.containers.removeFirst(2) }
    if records == .none { after.sandboxes.removeFirst() }
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: .never,
        containers: ["nginx", "job"].map { PodSpecification.Container($0, .regular) })
    ]
    func kubelet(_ pid: Int32) -> ObservedNode {
      ObservedNode(
        orphans: .known([]),
        kubelet: ObservedKubelet(processes: .known([ObservedKubelet.Instance(pid: pid, startTime: 4)])))
    }
    (before.observed, after.observed) = (kubelet(40), kubelet(restartsKubelet ? 41 : 40))
    return Report(before, after)
  }

  private static func prediction(_ report: Report) throws -> Prediction {
    try #require(report.predictions.first { $0.pod.name == "web" })
  }

  @Test(arguments: [Records.none, .emptySandbox])
  func `kubelet's next restart runs a static pod without records again`(records: Records) throws {
    let report = Self.report(records)
    let prediction = try Self.prediction(report)
    #expect(prediction.action == .kill && prediction.hasEnded && prediction.runsAgainLater)
    let text = report.text()
    #expect(text.contains("kubelet will not start the pod again before its next restart"), "\(text)")
    #expect(text.contains("kubelet ends default/web (restartPolicy), but runs it again at its next restart"), "\(text)")
    #expect(!text.contains("1 stopped pod again"), "\(text)")
    #expect(report.remedy() == .expectForgottenPods)
    let pods = report.json(exitCode: 1)["pods"]?.arrayValue ?? []
    #expect(pods.map { $0["runsAgainLater"] } == [true, false])
  }

  @Test func `a static pod with records has ended for good`() throws {
    let report = Self.report(.all)
    let prediction = try Self.prediction(report)
    #expect(prediction.hasEnded && !prediction.runsAgainLater)
    #expect(report.text().contains("kubelet will not start 1 stopped pod again (restartPolicy)"))
    #expect(report.remedy() == .repeatWork)
  }

  @Test(arguments: Records.allCases) func `the API server remembers its own pods`(records: Records) throws {
    #expect(try !Self.prediction(Self.report(records, source: "api")).runsAgainLater)
  }

  @Test func `a kubelet that was restarted runs the static pod again now`() throws {
    let prediction = try Self.prediction(Self.report(.none, restartsKubelet: true))
    #expect(prediction.action == .recreate && !prediction.runsAgainLater)
  }

  // MARK: Manifests

  /// - Parameter manifests: Whether the earlier and the later snapshot contain the manifest; nil if it could not be read.
  private static func report(manifests: (Bool?, Bool?), address: String = "10.88.0.2", state: PodSandboxState = .ready)
    -> Report
  {
    var (before, after) = (Snapshot.before, Snapshot.after)
    (before.host.name, after.host.name) = ("node", "node")
    before.sandboxes[0].status.metadata?.name = "web-node"
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = "file"
    after.sandboxes[0] = before.sandboxes[0]
    after.sandboxes[0].status.network?.ip = address
    after.sandboxes[0].status.state = state
    func observed(_ hasManifest: Bool?) -> ObservedNode {
      let web = StaticPod(namespace: "default", name: "web", restartPolicy: .always)
      let pods: Observation<[StaticPod]>? = hasManifest.map { .known($0 ? [web] : []) }
      return ObservedNode(orphans: .known([]), kubelet: ObservedKubelet(processes: .known([]), staticPods: pods))
    }
    (before.observed, after.observed) = (observed(manifests.0), observed(manifests.1))
    return Report(before, after)
  }

  @Test(arguments: ["10.88.0.2", ""]) func `kubelet ends a static pod whose manifest was removed`(address: String)
    throws
  {
    let report = Self.report(manifests: (true, false), address: address)
    let prediction = try #require(report.predictions.first { $0.pod.name == "web-node" })
    #expect(prediction.action == .kill && prediction.rule == .m1)
    let text = report.text()
    #expect(text.contains("kubelet will end 1 static pod whose manifest no longer exists"), "\(text)")
    #expect(!text.contains("restartPolicy is"), "\(text)")
  }

  @Test(arguments: [(true, true), (nil, false), (false, false), (true, nil)] as [(Bool?, Bool?)])
  func `a manifest that was not seen to disappear has no effect`(before: Bool?, after: Bool?) throws {
    let report = Self.report(manifests: (before, after), address: "")
    let prediction = try #require(report.predictions.first { $0.pod.name == "web-node" })
    #expect(prediction.action == .recreate && prediction.rule == .c5)
  }

  /// - Parameter versions: The versions of the manifest in the earlier and in the later snapshot.
  @Test(
    arguments: [
      ("a", "b", false, KubeletRule.m2), ("a", "a", false, nil), ("a", nil, false, nil), (nil, "b", false, nil),
      ("a", "b", true, nil),
    ] as [(String?, String?, Bool, KubeletRule?)])
  func `kubelet recreates a static pod whose manifest was changed`(
    before: String?, after: String?, isRecreated: Bool, rule: KubeletRule?
  ) throws {
    var (earlier, later) = (Snapshot.before, Snapshot.after)
    (earlier.host.name, later.host.name) = ("node", "node")
    earlier.sandboxes[0].status.metadata?.name = "web-node"
    earlier.sandboxes[0].status.annotations["kubernetes.io/config.source"] = "file"
    later.sandboxes[0] = earlier.sandboxes[0]
    if isRecreated {
      var other = earlier.sandboxes[0]
      other.status.id += "-next"
      other.status.metadata?.uid = "other"
      other.status.createdAt = earlier.taken + .seconds(60)
      later.sandboxes.append(other)
    }
    func observed(_ version: String?) -> ObservedNode {
      let web = StaticPod(namespace: "default", name: "web", restartPolicy: .never, version: version)
      return ObservedNode(
        orphans: .known([]), kubelet: ObservedKubelet(processes: .known([]), staticPods: .known([web])))
    }
    (earlier.observed, later.observed) = (observed(before), observed(after))
    let report = Report(earlier, later)
    let prediction = try #require(report.predictions.first { $0.pod.name == "web-node" })
    #expect((prediction.rule == .m2) == (rule == .m2))
    if !isRecreated {
      #expect(prediction.action == (rule == nil ? .keep : .recreate) && report.verdict() == .intact, "\(report.text())")
    }
    #expect(report.text().contains("manifest known → changed [M2]") == (rule == .m2), "\(report.text())")
  }

  /// kubelet's `--hostname-override`, which some installers always set.
  @Test(arguments: [
    (["etcd-n1", "etcd-backup-n1"], ["etcd", "etcd-backup"], "n1"),
    (["etcd-node-a", "removed-node-a"], ["etcd"], "host"),
    // It could be the pod of either manifest.
    (["etcd-backup-n1"], ["etcd", "etcd-backup"], "host"),
    (["etcd-n1", "etcd-n1"], ["etcd"], "host"),
    (["etcd-n1", "proxy-n2"], ["etcd", "proxy"], "host"), (["etcd-host", "proxy-x"], ["etcd", "proxy"], "host"),
    ([], ["etcd"], "host"),
  ])
  func `the node's name can differ from the host's name`(pods: [String], manifests: [String], name: String) {
    var snapshot = Snapshot.before
    snapshot.host.name = "host"
    let template = snapshot.sandboxes[0]
    snapshot.sandboxes = pods.map { pod in
      var sandbox = template
      sandbox.status.metadata = PodSandboxMetadata(name: pod, uid: pod, namespace: "kube-system")
      sandbox.status.annotations["kubernetes.io/config.source"] = "file"
      return sandbox
    }
    let all = manifests.map { StaticPod(namespace: "kube-system", name: $0, restartPolicy: .always) }
    #expect(snapshot.nodeName(for: all) == name)
    // The command line decides, unless no pod has that name.
    let first = pods.first.map { String($0.dropFirst("etcd-".count)) } ?? "n1"
    snapshot.observed = ObservedNode(kubelet: ObservedKubelet(nodeName: first))
    #expect(snapshot.nodeName(for: all) == (pods.isEmpty ? "host" : first))
    snapshot.observed?.kubelet?.nodeName = "unused"
    #expect(snapshot.nodeName(for: all) == name)
  }

  /// The pods of a node whose name has changed: kubelet starts only static pods again.
  @Test(arguments: [(true, Prediction.Action.recreate), (false, .kill)])
  func `kubelet kills every pod if the node gets another name`(isStatic: Bool, action: Prediction.Action) throws {
    var (earlier, later) = (Snapshot.before, Snapshot.after)
    if isStatic { earlier.sandboxes[0].status.annotations["kubernetes.io/config.source"] = "file" }
    later.sandboxes[0] = earlier.sandboxes[0]
    let kubelet = ObservedKubelet(processes: .known([]), staticPods: .known([]))
    (earlier.host.name, later.host.name) = ("node", "other")
    (earlier.host.machineID, later.host.machineID) = ("machine", "machine")
    earlier.observed = ObservedNode(orphans: .known([]), kubelet: kubelet)
    later.observed = ObservedNode(orphans: .known([]), kubelet: kubelet)
    let report = Report(earlier, later)
    let pod = earlier.sandboxes[0].pod
    let prediction = try #require(report.predictions.first { $0.pod == pod })
    #expect(prediction.action == action && prediction.rule == .m3, "\(report.text())")
    #expect(report.verdict() == .lost && report.remedy() == .restoreNodeName)
    // kubelet has already acted: the earlier sandbox is gone.
    later.sandboxes.remove(at: 0)
    #expect(Report(earlier, later).predictions.first { $0.pod == pod }?.rule != .m3)
    #expect(Report(earlier, later).unchecked.allSatisfy { $0.subject != .nodeName })
    // kubelet had a name on its command line, which is unknown now.
    earlier.observed?.kubelet?.nodeName = "node"
    #expect(Report(earlier, later).unchecked.contains { $0.subject == .nodeName })
    later.host.name = "NODE"
    #expect(Report(earlier, later).unchecked.allSatisfy { $0.subject != .nodeName })
  }
}
