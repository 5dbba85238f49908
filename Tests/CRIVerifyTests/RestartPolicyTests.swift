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
  func `the policy determines what happens to a pod that lost its address`(
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
  func `the policy determines whether an exited container is restarted`(
    policy: RestartPolicy, code: Int32, isStarted: Bool
  ) {
    let prediction = Self.prediction(policy) { _, after in
      after.containers[0].status.state = .exited
      after.containers[0].status.exitCode = code
    }
    #expect((prediction?.action == .restartContainers) == isStarted)
  }

  /// A case of `computePodActions` for a pod whose sandbox is unchanged: how its containers change, and what kubelet
  /// does.
  struct Decision: Sendable, CustomTestStringConvertible {
    let name: String
    let policy: RestartPolicy?
    var kinds: [PodSpecification.Container] = [
      PodSpecification.Container("nginx", .regular), PodSpecification.Container("job", .regular),
    ]
    let action: Prediction.Action
    var rule: KubeletRule?
    var containers: [String] = []
    var mayEnd = false
    /// Before the change, nginx was running and job had exited with code 3.
    let change: @Sendable (inout Snapshot, inout Snapshot) -> Void
    var testDescription: String { name }
  }

  private static func end(_ code: Int32) -> @Sendable (inout Snapshot, inout Snapshot) -> Void {
    { _, after in
      after.containers[0].status.state = .exited
      after.containers[0].status.exitCode = code
    }
  }

  private static func kinds(_ nginx: PodSpecification.Container.Kind, _ job: PodSpecification.Container.Kind)
    -> [PodSpecification.Container]
  {
    [PodSpecification.Container("nginx", nginx), PodSpecification.Container("job", job)]
  }

  static let decisions: [Decision] = [
    Decision(
      name: "Never: the only running container ends", policy: .never, action: .kill, rule: .b7, containers: ["nginx"],
      change: end(255)),
    Decision(
      name: "Never: it succeeds", policy: .never, action: .kill, rule: .b7, containers: ["nginx"], change: end(0)),
    Decision(
      name: "Always: it is started again", policy: .always, action: .restartContainers, rule: .b4,
      containers: ["nginx"], change: end(0)),
    Decision(
      name: "OnFailure: it has failed", policy: .onFailure, action: .restartContainers, rule: .b4,
      containers: ["nginx"],
      change: end(1)),
    Decision(
      name: "OnFailure: it has succeeded, and another is started again", policy: .onFailure, action: .keep,
      change: end(0)),
    Decision(name: "OnFailure: all have succeeded", policy: .onFailure, action: .kill, rule: .b7, containers: ["nginx"])
    {
      before, after in
      end(0)(&before, &after)
      before.containers[1].status.exitCode = 0
      after.containers[1].status.exitCode = 0
    },
    Decision(
      name: "unknown: both outcomes are named", policy: nil, action: .restartContainers, rule: .b4,
      containers: ["nginx"], mayEnd: true, change: end(255)),
    Decision(
      name: "unknown: another container keeps the pod", policy: nil, action: .restartContainers, rule: .b4,
      containers: ["nginx"]
    ) { before, after in
      end(255)(&before, &after)
      before.containers[1].status.state = .running
      after.containers[1].status.state = .running
    },
    Decision(name: "Never: another container keeps the pod", policy: .never, action: .keep) { before, after in
      end(255)(&before, &after)
      before.containers[1].status.state = .running
      after.containers[1].status.state = .running
    },
    Decision(
      name: "Never: a sidecar does not keep the pod", policy: .never, kinds: kinds(.regular, .sidecar), action: .kill,
      rule: .b7, containers: ["nginx"]
    ) { before, after in
      end(1)(&before, &after)
      before.containers[1].status.state = .running
      after.containers[1].status.state = .running
    },
    Decision(
      name: "Never: a sidecar is started again while the pod runs", policy: .never, kinds: kinds(.regular, .sidecar),
      action: .restartContainers, rule: .b4, containers: ["job"]
    ) { before, _ in before.containers[1].status.state = .running },
    Decision(
      name: "Never: the record of an init container is lost", policy: .never, kinds: kinds(.regular, .initial),
      action: .keep
    ) { $1.containers.remove(at: 1) },
    Decision(
      name: "Never: the record of a completed container is lost", policy: .never, action: .restartContainers, rule: .b1,
      containers: ["job"]
    ) {
      $0.containers[1].status.finishedAt = Timestamp(seconds: 1_999_990_015)
      $1.containers.remove(at: 1)
    },
    Decision(
      name: "Never: a container's own policy counts first", policy: .never,
      kinds: [
        PodSpecification.Container("nginx", .regular, restartPolicy: .always),
        PodSpecification.Container("job", .regular),
      ], action: .restartContainers, rule: .b4, containers: ["nginx"], change: end(1)),
    Decision(
      name: "Never: a rule that cri does not know is uncertain", policy: .never,
      kinds: [
        PodSpecification.Container(
          "nginx", .regular, restartPolicy: .never, restartRules: [RestartRule(nil, .isNotIn, [])]),
        PodSpecification.Container("job", .regular),
      ], action: .restartContainers, rule: .b4, containers: ["nginx"], mayEnd: true, change: end(1)),
    Decision(
      name: "Never: a container of unknown state has failed, according to the API", policy: .never, action: .kill,
      rule: .b7, containers: ["nginx"]
    ) { $1.containers[0].status.state = .unknown },
    Decision(
      name: "Never: a container of unknown state is started again in a static pod", policy: .never,
      action: .restartContainers, rule: .b2, containers: ["nginx"]
    ) {
      $0.sandboxes[0].status.annotations["kubernetes.io/config.source"] = "file"
      $1.sandboxes[0] = $0.sandboxes[0]
      $1.containers[0].status.state = .unknown
    },
    Decision(
      name: "Never: the record of the only running container is lost", policy: .never, action: .kill, rule: .b7,
      containers: ["nginx"]
    ) { $1.containers.remove(at: 0) },
    Decision(
      name: "OnFailure: the record of the only running container is lost", policy: .onFailure,
      action: .restartContainers, rule: .b1, containers: ["nginx"]
    ) { $1.containers.remove(at: 0) },
  ]

  @Test(arguments: decisions) func `whether a pod ends depends on all its containers`(test: Decision) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    test.change(&before, &after)
    before.pods = test.policy.map { policy in
      [
        PodSpecification(
          pod: PodName(namespace: "default", name: "web", uid: "uid-web"), owner: "Job", restartPolicy: policy,
          containers: test.kinds)
      ]
    }
    let prediction = Report(before, after).predictions.first { $0.pod.name == "web" }
    #expect(prediction?.action == test.action && prediction?.rule == test.rule)
    #expect(prediction?.containers == test.containers)
    #expect(prediction?.mayEnd == test.mayEnd)
    #expect(prediction?.owner == test.policy.map { _ in "Job" })
  }

  /// kubelet knows from the API that the containers had run, so the pod has failed.
  @Test(arguments: [("api", Prediction.Action.kill), ("file", .recreate)])
  func `a pod with Never that has no record left ends, unless it is static`(
    source: String, action: Prediction.Action
  ) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    (after.sandboxes, after.containers) = ([after.sandboxes[1]], [after.containers[2]])
    before.pods = [
      PodSpecification(pod: before.sandboxes[0].pod, restartPolicy: .never, containers: Self.kinds(.regular, .regular))
    ]
    let prediction = Report(before, after).predictions.first { $0.pod.name == "web" }
    #expect(prediction?.rule == .c1 && prediction?.action == action)
  }

  @Test func `without a specification, a container that may be an init container is uncertain`() {
    let prediction = Self.prediction(nil, source: "api") {
      $0.containers[1].status.finishedAt = Timestamp(seconds: 1_999_990_015)
      $1.containers.remove(at: 1)
    }
    #expect(prediction?.rule == .b1 && prediction?.containers == ["job"] && prediction?.dependsOnKind == true)
  }

  @Test func `a pod whose container crashes again and again is recreated within minutes`() {
    func trigger(_ count: String) -> Prediction.Trigger? {
      Self.prediction(nil) { before, after in
        before.containers[1].status.annotations["io.kubernetes.container.restartCount"] = count
        after.containers[1].status.annotations["io.kubernetes.container.restartCount"] = count
        after.sandboxes[0].status.network?.ip = ""
      }?.trigger
    }
    #expect(trigger("7") == .atNextEvent && trigger("0") == .atKubeletRestart)
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

  @Test func `an unknown restartPolicy matters only for exited containers`() {
    for (policy, isOpen) in [(nil, true), (RestartPolicy.always, false)] {
      let ended = Self.prediction(policy) { $1.containers[0].status.state = .exited }
      #expect(ended?.rule == .b4 && ended?.dependsOnPolicy == isOpen)
    }
    let unknown = Self.prediction(nil) { $1.containers[0].status.state = .unknown }
    #expect(unknown?.rule == .b2 && unknown?.dependsOnPolicy == false)
  }
}
