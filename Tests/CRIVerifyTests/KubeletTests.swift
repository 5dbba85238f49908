import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// kubelet's reaction to one change in pod web: rules C1 to C5 and B1 to B5, in kubelet's order.
@Suite struct KubeletTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let summary: String
    let action: Prediction.Action
    var rule: String?
    var trigger: Prediction.Trigger?
    var containers: [String] = []
    let change: @Sendable (_ before: inout Snapshot, _ after: inout Snapshot) -> Void

    var testDescription: String { "\(rule ?? "keep"): \(summary)" }
  }

  static func recreate(
    _ rule: String, _ trigger: Prediction.Trigger, _ summary: String, _ change: @escaping RuleCase.Change
  ) -> Case {
    Case(summary: summary, action: .recreate, rule: rule, trigger: trigger, change: change)
  }

  static func restart(
    _ rule: String, _ trigger: Prediction.Trigger, _ containers: [String], _ summary: String,
    _ change: @escaping RuleCase.Change
  ) -> Case {
    Case(
      summary: summary, action: .restartContainers, rule: rule, trigger: trigger, containers: containers, change: change
    )
  }

  static func keep(_ summary: String, _ change: @escaping RuleCase.Change) -> Case {
    Case(summary: summary, action: .keep, change: change)
  }

  static let sandboxes: [Case] = [
    keep("nothing changed") { _, _ in },
    recreate("C1", .immediate, "the sandbox is not listed") { _, after in after.sandboxes.removeFirst() },
    recreate("C1", .atKubeletRestart, "kubelet's label is gone") { _, after in
      after.sandboxes[0].status.labels["io.kubernetes.pod.uid"] = nil
    },
    recreate("C1", .atKubeletRestart, "kubelet's label names another pod") { _, after in
      after.sandboxes[0].status.labels["io.kubernetes.pod.uid"] = "uid-other"
    },
    recreate("C1", .immediate, "the sandbox has another pod's UID, but its own label") { _, after in
      after.sandboxes[0].status.metadata?.uid = "uid-other"
    },
    recreate("C2", .immediate, "a second sandbox is ready") { before, after in
      after.sandboxes.append(before.successor(of: 0))
    },
    recreate("C2", .immediate, "two sandboxes are ready, and neither has an address: C2 comes before C5") {
      before, after in
      after.sandboxes[0].status.network?.ip = ""
      after.sandboxes.append(after.successor(of: 0))
    },
    recreate("C3", .immediate, "the sandbox is not ready") { _, after in
      after.sandboxes[0].status.state = .notReady
    },
    recreate("C3", .immediate, "a newer sandbox is not ready") { before, after in
      var second = before.successor(of: 0)
      second.status.state = .notReady
      after.sandboxes.append(second)
    },
    keep("an older sandbox is not ready") { before, after in
      var second = before.successor(of: 0, seconds: -100)
      second.status.state = .notReady
      before.sandboxes.append(second)
      after.sandboxes.append(second)
    },
    recreate("C3", .immediate, "of two sandboxes with the same time, the one with the higher attempt is not ready") {
      before, after in
      var second = before.successor(of: 0, seconds: 0)
      second.status.state = .notReady
      after.sandboxes.insert(second, at: 0)
    },
    keep("of two sandboxes with the same time, the one with the higher attempt is ready") { before, after in
      var old = before.sandboxes[0]
      old.status.state = .notReady
      before.sandboxes[0].status.id = "newer"
      before.sandboxes[0].status.metadata?.attempt = 1
      after.sandboxes[0] = before.sandboxes[0]
      before.sandboxes.append(old)
      after.sandboxes.append(old)
    },
    recreate("C3", .immediate, "an unknown state is not ready") { _, after in
      after.sandboxes[0].status.state = .init(rawValue: 9)
    },
    recreate("C4", .atKubeletRestart, "the host's network instead of its own; no address either: C4 is first") {
      $1.sandboxes[0].status.linux?.namespaces?.options?.network = .node
      $1.sandboxes[0].status.network?.ip = ""
      _ = $0
    },
    recreate("C5", .atKubeletRestart, "no address") { _, after in after.sandboxes[0].status.network?.ip = "" },
    recreate("C5", .atKubeletRestart, "only additional addresses") { _, after in
      after.sandboxes[0].status.network = PodSandboxNetworkStatus(additionalIPs: [PodIP(ip: "fd00::2")])
    },
    recreate("C5", .immediate, "no address, and a container has died, so kubelet acts immediately") { _, after in
      after.sandboxes[0].status.network?.ip = ""
      after.containers[0].status.state = .exited
    },
    keep("kubelet ignores a status without a network") { _, after in after.sandboxes[0].status.network = nil },
    keep("a different address, which kubelet adopts") { _, after in
      after.sandboxes[0].status.network?.ip = "10.0.0.3"
    },
    keep("absent options mean the pod's own network") { _, after in after.sandboxes[0].status.linux = nil },
    restart("B1", .immediate, ["nginx"], "a Job's container is not listed, and only its init container is left") {
      before, after in
      RuleCase.makeJob(&before, &after)
      before.containers[1].status.exitCode = 0
      after.containers[1].status.exitCode = 0
      after.containers.removeFirst()
    },
    keep("a pod that crictl created, without kubelet's labels") { before, after in
      for index in before.sandboxes.indices { before.sandboxes[index].status.labels = [:] }
      for index in before.containers.indices { before.containers[index].status.labels = [:] }
      (after.sandboxes, after.containers) = (before.sandboxes, before.containers)
    },
    recreate("C5", .atKubeletRestart, "a pod that crictl created, without kubelet's labels, has no address") {
      before, after in
      before.sandboxes[0].status.labels = [:]
      after.sandboxes[0] = before.sandboxes[0]
      after.sandboxes[0].status.network?.ip = ""
    },
  ]

  static let containers: [Case] = [
    restart("B1", .immediate, ["nginx"], "a running container is not listed") { _, after in
      after.containers.removeFirst()
    },
    restart("B1", .immediate, ["nginx"], "a created container is not listed") { before, after in
      before.containers[0].status.state = .created
      after.containers.removeFirst()
    },
    restart("B1", .immediate, ["job"], "the last instance of an exited container is not listed") { _, after in
      after.containers.remove(at: 1)
    },
    restart(
      "B1", .immediate, ["job"],
      "an exited container that may be an init container is not listed"
    ) {
      $0.containers[1].status.finishedAt = $0.containers[0].status.startedAt
      $1.containers.remove(at: 1)
    },
    restart("B1", .atKubeletRestart, ["nginx"], "kubelet's label is gone") { _, after in
      after.containers[0].status.labels["io.kubernetes.pod.uid"] = nil
    },
    restart("B1", .atKubeletRestart, ["nginx"], "the label with kubelet's name for the container is gone") { _, after in
      after.containers[0].status.labels["io.kubernetes.container.name"] = nil
    },
    restart("B2", .immediate, ["nginx"], "the runtime does not know the state") { _, after in
      after.containers[0].status.state = .unknown
    },
    restart("B3", .immediate, ["nginx"], "a running container is only created afterwards") { _, after in
      after.containers[0].status.state = .created
    },
    keep("a container is created before and after") { before, after in
      before.containers[0].status.state = .created
      after.containers[0].status.state = .created
    },
    restart("B4", .immediate, ["nginx"], "a running container has exited") { _, after in
      after.containers[0].status.state = .exited
      after.containers[0].status.exitCode = 255
    },
    restart("B4", .atKubeletRestart, ["job"], "the exit code is lost") { _, after in
      after.containers[1].status.exitCode = 255
    },
    restart("B5", .atKubeletRestart, ["nginx"], "the hash is gone") { _, after in
      after.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },
    restart("B5", .atKubeletRestart, ["nginx"], "the hash is different") { _, after in
      after.containers[0].status.annotations["io.kubernetes.container.hash"] = "0"
    },
    keep("crictl's containers have no hash") { before, after in
      before.containers[0].status.annotations = [:]
      after.containers[0].status.annotations = [:]
    },
    keep("the hash of an exited container is gone") { _, after in
      after.containers[1].status.annotations["io.kubernetes.container.hash"] = nil
    },
    restart("B1", .immediate, ["job", "nginx"], "all containers are gone") { _, after in
      after.containers.removeAll { $0.sandboxID == "sandbox-web" }
    },
    restart("B2", .immediate, ["job", "nginx"], "the rule is that of the first container by name") { _, after in
      after.containers[0].status.state = .exited
      after.containers[1].status.state = .unknown
    },
    keep("only the newest container with a name counts") { before, after in
      var old = before.containers[0]
      old.status.id = "old"
      old.status.state = .exited
      old.status.exitCode = 1
      old.status.createdAt = old.status.createdAt - .seconds(60)
      before.containers.insert(old, at: 0)
      after.containers.append(old)
    },
    recreate("C5", .atKubeletRestart, "the sandbox is judged before the containers") { _, after in
      after.sandboxes[0].status.network?.ip = ""
      after.containers[0].status.annotations["io.kubernetes.container.hash"] = nil
    },
  ]

  @Test(arguments: sandboxes + containers)
  func `the prediction is kubelet's decision`(test: Case) throws {
    var (before, after) = (Snapshot.before, Snapshot.after)
    test.change(&before, &after)
    let report = Report(before, after)
    let web = try #require(report.predictions.first { $0.pod.uid == "uid-web" })
    #expect(web.action == test.action)
    #expect(web.rule?.rawValue == test.rule)
    #expect(web.trigger == test.trigger)
    #expect(web.containers == test.containers)
    #expect((web.field == nil) == (test.action == .keep))
    let proxy = try #require(report.predictions.first { $0.pod.uid == "uid-proxy" })
    #expect(proxy.action == .keep)
    #expect(report.affected.count == (test.action == .keep ? 0 : 1))
  }

  @Test func `a pod on the host's network needs no address, and C4 works in both directions`() throws {
    var after = Snapshot.after
    after.sandboxes[1].status.network = PodSandboxNetworkStatus()
    #expect(Report(.before, after).affected.isEmpty)
    after.sandboxes[1].status.linux = nil
    let proxy = try #require(Report(.before, after).affected.first)
    #expect(proxy.pod.name == "proxy")
    #expect(proxy.rule == .c4)
    #expect(proxy.before == .namespaceMode(.node) && proxy.after == .namespaceMode(.pod))
  }

  @Test func `two ready sandboxes are no change if there were two before`() {
    var (before, after) = (Snapshot.before, Snapshot.after)
    for change in [false, true] {
      if change { before.sandboxes.append(before.successor(of: 0)) }
      after.sandboxes = Snapshot.before.sandboxes + [Snapshot.before.successor(of: 0)]
      let web = Report(before, after).predictions.first { $0.pod.uid == "uid-web" }
      #expect(web?.rule == .c2 && web?.before == .number(change ? 2 : 1) && web?.after == .number(2))
    }
  }

  @Test func `a pod that was not ready has no prediction`() {
    #expect(!Report(.before, .after).predictions.contains { $0.pod.uid == "uid-old" })
  }

  @Test func `a pod with two sandboxes has one prediction`() {
    var before = Snapshot.before
    before.sandboxes.append(before.successor(of: 0))
    #expect(Report(before, .after).predictions.count { $0.pod.uid == "uid-web" } == 1)
  }

  @Test func `a finding carries the prediction for its pod`() throws {
    var after = Snapshot.after
    after.sandboxes[0].status.network?.ip = ""
    let report = Report(.before, after)
    let finding = try #require(report.findings.first { $0.rule.id.label == "pod.ip" })
    #expect(finding.prediction?.rule == .c5 && finding.causesPrediction)
    after.runtime.version = "9"
    let version = try #require(Report(.before, after).findings.first { $0.rule.id.label == "runtime.version" })
    #expect(version.prediction == nil)
  }
}
