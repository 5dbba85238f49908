import CRIMessages
import CRIProtobuf
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Predictions about containers with `restartPolicyRules`: kubelet's `ContainerShouldRestart`.
@Suite struct RestartRuleTests {
  struct Decision: Sendable, CustomTestStringConvertible {
    let name: String
    var pod = RestartPolicy.never
    /// The container's own policy.
    var policy: RestartPolicy? = .never
    let rules: [RestartRule]
    var exitCode: Int32 = 3
    let action: Prediction.Action
    var rule: KubeletRule?
    var containers = ["nginx"]
    var mayEnd = false
    var testDescription: String { name }
  }

  static let decisions: [Decision] = [
    Decision(
      name: "In: a listed code starts the container again", rules: [RestartRule(.restart, .isIn, [2, 3])],
      action: .restartContainers, rule: .b4),
    Decision(
      name: "In: any other code leaves the decision to the policy", rules: [RestartRule(.restart, .isIn, [2, 3])],
      exitCode: 4, action: .kill, rule: .b7),
    Decision(
      name: "NotIn: a listed code leaves the decision to the policy", rules: [RestartRule(.restart, .isNotIn, [3])],
      action: .kill, rule: .b7),
    Decision(
      name: "NotIn: any other code starts the container again", rules: [RestartRule(.restart, .isNotIn, [3])],
      exitCode: 0, action: .restartContainers, rule: .b4),
    Decision(
      name: "NotIn without values matches every code", rules: [RestartRule(.restart, .isNotIn, [])],
      action: .restartContainers, rule: .b4),
    Decision(
      name: "In without values matches no code", rules: [RestartRule(.restart, .isIn, [])], action: .kill, rule: .b7),
    Decision(
      name: "the container's own policy counts before the pod's", pod: .always, rules: [], action: .kill, rule: .b7),
    Decision(
      name: "OnFailure of the container, and code 0", pod: .always, policy: .onFailure, rules: [], exitCode: 0,
      action: .kill, rule: .b7),
    Decision(
      name: "OnFailure of the container, and a rule for 0", pod: .never, policy: .onFailure,
      rules: [RestartRule(.restart, .isIn, [0])], exitCode: 0, action: .restartContainers, rule: .b4),
    Decision(
      name: "without a policy of the container, Restart is ignored", policy: nil,
      rules: [RestartRule(.restart, .isIn, [3])], action: .kill, rule: .b7),
    Decision(
      name: "RestartAllContainers starts all containers again",
      rules: [RestartRule(.restartAllContainers, .isIn, [3])], action: .restartContainers, rule: .b8,
      containers: ["job", "nginx"]),
    Decision(
      name: "the first matching rule applies: Restart",
      rules: [RestartRule(.restart, .isIn, [3]), RestartRule(.restartAllContainers, .isIn, [3])],
      action: .restartContainers, rule: .b4),
    Decision(
      name: "the first matching rule applies: RestartAllContainers",
      rules: [RestartRule(.restart, .isIn, [4]), RestartRule(.restartAllContainers, .isNotIn, [4])],
      action: .restartContainers, rule: .b8, containers: ["job", "nginx"]),
    Decision(
      name: "an unknown action leaves both outcomes open", rules: [RestartRule(nil, .isIn, [3])],
      action: .restartContainers, rule: .b4, mayEnd: true),
    Decision(
      name: "an unknown action that does not match changes nothing", rules: [RestartRule(nil, .isIn, [4])],
      action: .kill, rule: .b7),
    Decision(
      name: "an unknown comparison leaves both outcomes open", rules: [RestartRule(.restart, nil, [4])],
      action: .restartContainers, rule: .b4, mayEnd: true),
    Decision(
      name: "a rule that matches before the unknown one applies",
      rules: [RestartRule(.restart, .isIn, [3]), RestartRule(nil, nil, [])], action: .restartContainers, rule: .b4),
  ]

  /// The pod's other container, job, has completed before the change.
  private static func prediction(
    _ container: PodSpecification.Container, pod: RestartPolicy, exitCode: Int32,
    _ change: (inout Snapshot) -> Void = { _ in }
  ) -> Prediction? {
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.containers[1].status.exitCode = 0
    after.containers[1].status.exitCode = 0
    after.containers[0].status.state = .exited
    after.containers[0].status.exitCode = exitCode
    change(&after)
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: pod,
        containers: [container, PodSpecification.Container("job", .regular, restartPolicy: .never)])
    ]
    return Report(before, after).predictions.first { $0.pod.name == "web" }
  }

  @Test(arguments: decisions) func `the first rule that matches the exit code applies`(test: Decision) {
    let container = PodSpecification.Container(
      "nginx", .regular, restartPolicy: test.policy, restartRules: test.rules)
    let prediction = Self.prediction(container, pod: test.pod, exitCode: test.exitCode)
    #expect(prediction?.action == test.action && prediction?.rule == test.rule, "\(String(describing: prediction))")
    #expect(prediction?.containers == test.containers && prediction?.mayEnd == test.mayEnd)
  }

  @Test func `RestartAllContainers counts before the pod's policy if the sandbox is lost too`() {
    for (rules, action) in [
      ([RestartRule(.restartAllContainers, .isIn, [3])], Prediction.Action.recreate), ([], .kill),
    ] {
      let container = PodSpecification.Container("nginx", .regular, restartPolicy: .never, restartRules: rules)
      let prediction = Self.prediction(container, pod: .never, exitCode: 3) { $0.sandboxes[0].status.state = .notReady }
      #expect(prediction?.rule == .c3 && prediction?.action == action)
    }
  }

  @Test func `if the outcome depends on the exit code of a container that kubelet stops, both outcomes are named`() {
    let rules = [RestartRule(.restartAllContainers, .isIn, [137])]
    let container = PodSpecification.Container("nginx", .regular, restartRules: rules)
    var (before, after) = (Snapshot.before, Snapshot.after)
    before.pods = [PodSpecification(pod: before.sandboxes[0].pod, restartPolicy: .never, containers: [container])]
    after.sandboxes[0].status.network?.ip = ""
    let prediction = Report(before, after).predictions.first { $0.pod.name == "web" }
    #expect(prediction?.action == .recreate && prediction?.mayEnd == true, "\(String(describing: prediction))")
    #expect(prediction?.completedIfStopped == ["nginx"])
  }

  struct Loss: Sendable, CustomTestStringConvertible {
    let name: String
    var pod = RestartPolicy.never
    var policy: RestartPolicy?
    var rules: [RestartRule] = []
    /// The exit code of both containers; nil if they are running.
    var exitCode: Int32?
    var isForgotten = true
    var isStatic = false
    let action: Prediction.Action
    var testDescription: String { name }
  }

  /// All of them were observed with kubelet 1.36.2.
  static let losses: [Loss] = [
    Loss(name: "forgotten, Never", action: .kill),
    Loss(name: "forgotten, Never, static", isStatic: true, action: .recreate),
    Loss(name: "forgotten, Never, but its containers Always", policy: .always, action: .recreate),
    Loss(name: "forgotten, Always, but its containers Never", pod: .always, policy: .never, action: .kill),
    Loss(
      name: "forgotten, Never, with a rule for 137", policy: .never, rules: [RestartRule(.restart, .isIn, [137])],
      action: .recreate),
    Loss(
      name: "forgotten, Never, with a rule for 42", policy: .never, rules: [RestartRule(.restart, .isIn, [42])],
      action: .kill),
    Loss(
      name: "forgotten, Never, RestartAllContainers", policy: .never,
      rules: [RestartRule(.restartAllContainers, .isIn, [137])], action: .recreate),
    Loss(
      name: "not ready, Never, RestartAllContainers for the code of a killed container", policy: .never,
      rules: [RestartRule(.restartAllContainers, .isIn, [137])], isForgotten: false, action: .recreate),
    Loss(
      name: "not ready, Always, but its running containers Never", pod: .always, policy: .never, isForgotten: false,
      action: .recreate),
    Loss(
      name: "not ready, Always, but its ended containers Never", pod: .always, policy: .never, exitCode: 255,
      isForgotten: false, action: .kill),
  ]

  @Test(arguments: losses) func `a container's own policy determines whether a lost pod is recreated`(test: Loss) {
    var (before, after) = (Snapshot.before, Snapshot.after)
    for index in 0..<2 {
      before.containers[index].status.state = .running
      after.containers[index].status.state = test.exitCode == nil ? .running : .exited
      after.containers[index].status.exitCode = test.exitCode ?? 0
    }
    let source = test.isStatic ? "file" : "api"
    before.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    after.sandboxes[0].status.annotations["kubernetes.io/config.source"] = source
    after.sandboxes[0].status.state = .notReady
    if test.isForgotten {
      after.containers.removeAll { $0.sandboxID == before.sandboxes[0].id }
      after.sandboxes.remove(at: 0)
    }
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: test.pod,
        containers: before.containers.filter { $0.sandboxID == before.sandboxes[0].id }.map {
          PodSpecification.Container($0.name, .regular, restartPolicy: test.policy, restartRules: test.rules)
        })
    ]
    let prediction = Report(before, after).predictions.first { $0.pod.name == "web" }
    #expect(prediction?.action == test.action, "\(String(describing: prediction))")
  }

  /// A container that exited before the change is not restarted because of the change.
  @Test func `a rule of a container that did not change has no effect`() {
    var (before, after) = (Snapshot.before, Snapshot.after)
    let rules = [RestartRule(.restartAllContainers, .isIn, [3])]
    before.pods = [
      PodSpecification(
        pod: before.sandboxes[0].pod, restartPolicy: .never,
        containers: [
          PodSpecification.Container("nginx", .regular),
          PodSpecification.Container("job", .regular, restartPolicy: .never, restartRules: rules),
        ])
    ]
    after.containers[0].status.reason = "unrelated"
    #expect(Report(before, after).predictions.first { $0.pod.name == "web" }?.action == .keep)
  }
}
