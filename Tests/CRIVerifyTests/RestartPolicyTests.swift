import CRIMessages
import CRIProtobuf
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Predictions about static pods, whose manifests contain the restartPolicy: kubelet's rules A1 to A3.
@Suite struct RestartPolicyTests {
  private static func prediction(
    _ policy: RestartPolicy?, source: String = "file",
    _ change: (_ before: inout Snapshot, _ after: inout Snapshot) -> Void
  ) -> Prediction? {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    before.sandboxes[0].status.metadata?.name = "web-node-1"
    after.sandboxes[0] = before.sandboxes[0]
    let pods = policy.map { [StaticPod(namespace: "default", name: "web", restartPolicy: $0)] } ?? []
    before.observed = ObservedNode(kubelet: ObservedKubelet(staticPods: .known(pods)))
    change(&before, &after)
    return Report(before, after).predictions.first { $0.pod.name == "web-node-1" }
  }

  @Test(
    arguments: [
      (RestartPolicy.always, Prediction.Action.recreate, .a3), (.onFailure, .recreate, .a3), (.never, .kill, .a1),
      (nil, .recreate, .a3),
    ] as [(RestartPolicy?, Prediction.Action, KubeletOutcome)])
  func `the policy decides about a pod that lost its address`(
    policy: RestartPolicy?, action: Prediction.Action, outcome: KubeletOutcome
  ) {
    let prediction = Self.prediction(policy) { $1.sandboxes[0].status.network?.ip = "" }
    #expect(prediction?.rule == .c5 && prediction?.action == action && prediction?.outcome == outcome)
    #expect(prediction?.restartPolicy == policy)
  }

  @Test func `OnFailure ends a pod whose containers have succeeded`() {
    let prediction = Self.prediction(.onFailure) { _, after in
      after.sandboxes[0].status.state = .notReady
      for index in 0...1 {
        after.containers[index].status.state = .exited
        after.containers[index].status.exitCode = 0
      }
    }
    #expect(prediction?.rule == .c3 && prediction?.action == .kill && prediction?.outcome == .a2)
  }

  @Test func `the first sandbox is created under every policy`() {
    let prediction = Self.prediction(.never) { $1.sandboxes.removeFirst() }
    #expect(prediction?.rule == .c1 && prediction?.action == .recreate && prediction?.outcome == .a3)
  }

  @Test(arguments: [
    (RestartPolicy.always, Int32(0), true), (.onFailure, 0, false), (.onFailure, 1, true), (.never, 1, false),
  ])
  func `the policy decides about an ended container`(policy: RestartPolicy, code: Int32, isStarted: Bool) {
    let prediction = Self.prediction(policy) { _, after in
      after.containers[0].status.state = .exited
      after.containers[0].status.exitCode = code
    }
    #expect((prediction?.action == .restartContainers) == isStarted)
  }

  @Test(arguments: [
    ("etcd-node-1", RestartPolicy.never), ("etcd-node-1.example.org", .never), ("etcd-backup-node-1", nil),
    ("etcd-node-10", nil), ("etcd", nil),
  ])
  func `a manifest belongs to the pod with its name and the node's name`(name: String, policy: RestartPolicy?) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = "file"
    before.sandboxes[0].status.metadata?.name = name
    after.sandboxes[0] = before.sandboxes[0]
    let pods = [StaticPod(namespace: "default", name: "etcd", restartPolicy: .never)]
    before.observed = ObservedNode(kubelet: ObservedKubelet(staticPods: .known(pods)))
    let report = Report(before, after)
    #expect(report.predictions.first { $0.pod.name == name }?.restartPolicy == policy)
    #expect(report.unchecked.contains { $0.subjectText.contains("restartPolicy of static pods") } == (policy == nil))
  }

  @Test func `a manifest does not apply to a pod that is not static`() {
    let prediction = Self.prediction(.never, source: "api") { $1.sandboxes[0].status.network?.ip = "" }
    #expect(prediction?.restartPolicy == nil && prediction?.action == .recreate)
  }

  @Test(arguments: [("file", true), ("api", false)])
  func `a static pod without a readable manifest is listed as unchecked`(source: String, isListed: Bool) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    for index in 0...1 { before.sandboxes[index].status.annotations["kubernetes.io/config.source"] = source }
    after.sandboxes = before.sandboxes
    let pods = [StaticPod(namespace: "default", name: "other", restartPolicy: .never)]
    before.observed = ObservedNode(kubelet: ObservedKubelet(staticPods: .known(pods)))
    let gaps = Report(before, after).unchecked.filter { $0.subjectText.hasPrefix("restartPolicy of static pods") }
    #expect(gaps.map(\.subjectText) == (isListed ? ["restartPolicy of static pods default/proxy, default/web"] : []))
  }

  @Test func `an unknown restartPolicy matters only for ended containers`() {
    for (policy, isOpen) in [(nil, true), (RestartPolicy.always, false)] {
      let ended = Self.prediction(policy) { $1.containers[0].status.state = .exited }
      #expect(ended?.rule == .b4 && ended?.dependsOnPolicy == isOpen)
    }
    let unknown = Self.prediction(nil) { $1.containers[0].status.state = .unknown }
    #expect(unknown?.rule == .b2 && unknown?.dependsOnPolicy == false)
  }
}
