import CRIMessages
import CRIPreflight
import CRIProtobuf
import CRISnapshot
import TestSupport
import Testing

/// What kubelet does to the pods that a change loses, according to their specifications.
@Suite struct PodReactionTests {
  struct Reaction: Sendable, CustomTestStringConvertible {
    let name: String
    let policy: RestartPolicy
    var isForgotten = false
    var source = "api"
    /// The exit codes of nginx and job; nil if the container is running.
    var exits: [Int32?] = [nil, 3]
    var containers = [
      PodSpecification.Container("nginx", .regular), PodSpecification.Container("job", .regular),
    ]
    let action: PodReaction.Action
    var endsIfKubeletRuns = false
    var testDescription: String { name }
  }

  static let reactions: [Reaction] = [
    Reaction(name: "Always", policy: .always, action: .recreate),
    Reaction(name: "Never", policy: .never, action: .kill),
    Reaction(name: "OnFailure, a container runs", policy: .onFailure, action: .recreate),
    Reaction(name: "OnFailure, a container has failed", policy: .onFailure, exits: [0, 3], action: .recreate),
    Reaction(name: "OnFailure, all have succeeded", policy: .onFailure, exits: [0, 0], action: .kill),
    Reaction(
      name: "OnFailure, all have succeeded, one with its own policy", policy: .onFailure, exits: [0, 0],
      containers: [
        PodSpecification.Container("nginx", .regular, restartPolicy: .always),
        PodSpecification.Container("job", .regular),
      ], action: .recreate),
    Reaction(name: "Never, of the API, forgotten", policy: .never, isForgotten: true, action: .kill),
    Reaction(
      name: "Never, static, forgotten", policy: .never, isForgotten: true, source: "file", action: .recreate,
      endsIfKubeletRuns: true),
    Reaction(name: "Always, static, forgotten", policy: .always, isForgotten: true, source: "file", action: .recreate),
    Reaction(name: "Never, static, without an address", policy: .never, source: "file", action: .kill),
    Reaction(
      name: "OnFailure, all have succeeded, forgotten: the API server remembers it", policy: .onFailure,
      isForgotten: true, exits: [0, 0], action: .kill),
    Reaction(
      name: "OnFailure, static, all have succeeded, forgotten", policy: .onFailure, isForgotten: true, source: "file",
      exits: [0, 0], action: .recreate, endsIfKubeletRuns: true),
    Reaction(
      name: "Never, forgotten, but a container has the policy Always", policy: .never, isForgotten: true,
      containers: [
        PodSpecification.Container("nginx", .regular, restartPolicy: .always),
        PodSpecification.Container("job", .regular),
      ], action: .recreate),
    Reaction(
      name: "Always, forgotten, but all containers have the policy Never", policy: .always, isForgotten: true,
      containers: [
        PodSpecification.Container("nginx", .regular, restartPolicy: .never),
        PodSpecification.Container("job", .regular, restartPolicy: .never),
      ], action: .kill),
  ]

  @Test(arguments: reactions) func `the policy and the loss determine what kubelet does`(test: Reaction) throws {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.sandboxes[0].status.annotations["kubernetes.io/config.source"] = test.source
    for (index, code) in test.exits.enumerated() {
      facts.snapshot.containers[index].status.state = code == nil ? .running : .exited
      facts.snapshot.containers[index].status.exitCode = code ?? 0
    }
    let pod = facts.snapshot.sandboxes[0].pod
    facts.snapshot.pods = [PodSpecification(pod: pod, restartPolicy: test.policy, containers: test.containers)]
    guard var records = facts.containerd?.records.value,
      let index = records.sandboxes.firstIndex(where: { $0.id == facts.snapshot.sandboxes[0].id })
    else { throw Failed() }
    if test.isForgotten {
      records.sandboxes.remove(at: index)
    } else {
      (records.sandboxes[index].ip, records.sandboxes[index].interfaces) = ("", nil)
    }
    facts.containerd?.records = .known(records)
    let affected = try #require(PreflightReport(facts).podsToLose.first { $0.pod == pod })
    #expect(affected.reaction?.action == test.action && affected.reaction?.restartPolicy == test.policy)
    #expect(affected.reaction?.owner == nil && affected.reaction?.endsIfKubeletRuns == test.endsIfKubeletRuns)
  }

  @Test func `a static pod's policy comes from its manifest`() throws {
    var facts = PreflightFacts.goodContainerd
    facts.snapshot.host.name = "node"
    facts.snapshot.sandboxes[0].status.annotations["kubernetes.io/config.source"] = "file"
    facts.snapshot.sandboxes[0].status.metadata?.name = "web-node"
    let manifests = [StaticPod(namespace: "default", name: "web", restartPolicy: .never)]
    facts.snapshot.observed = ObservedNode(kubelet: ObservedKubelet(staticPods: .known(manifests)))
    guard var records = facts.containerd?.records.value else { throw Failed() }
    records.sandboxes.removeAll { $0.id == facts.snapshot.sandboxes[0].id }
    facts.containerd?.records = .known(records)
    let affected = try #require(PreflightReport(facts).podsToLose.first { $0.pod.name == "web-node" })
    #expect(affected.reaction?.restartPolicy == .never && affected.reaction?.action == .recreate)
    #expect(affected.reaction?.endsIfKubeletRuns == true)
  }

  @Test(arguments: [RestartPolicy.never, .always]) func `a wipe makes completed static pods run again`(
    policy: RestartPolicy
  ) throws {
    var facts = PreflightFacts.goodCRIO
    facts.target = RuntimeVersion("1.37.0")
    let index = try #require(facts.snapshot.sandboxes.firstIndex { !$0.isReady })
    facts.snapshot.sandboxes[index].status.annotations["kubernetes.io/config.source"] = "file"
    let sandbox = facts.snapshot.sandboxes[index]
    let names = facts.snapshot.containers.filter { $0.sandboxID == sandbox.id }.map(\.name)
    #expect(!names.isEmpty)
    facts.snapshot.pods = [
      PodSpecification(
        pod: sandbox.pod, restartPolicy: policy, containers: names.map { PodSpecification.Container($0, .regular) })
    ]
    let report = PreflightReport(facts)
    #expect(report.verdict == .loss && report.podsToRepeat == (policy == .never ? [sandbox.pod] : []))
    facts.target = nil
    #expect(PreflightReport(facts).podsToRepeat.isEmpty)
  }

  private struct Failed: Error {}
}
