internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// Computes kubelet's decisions from two snapshots. The earlier snapshot takes the place of the pods' specifications.
struct Kubelet {
  static let uidLabel = "io.kubernetes.pod.uid"

  private let before: Snapshot
  private let after: Snapshot
  private let sandboxesAfter: [String: [SandboxRecord]]
  private let containersAfter: [String: [ContainerRecord]]
  private let containersBefore: [String: [ContainerRecord]]
  private let specifications: PodSpecifications
  private let renamedNode: RenamedNode?
  /// The states of each pod's objects as kubelet's lists show them, by UID and ID. A lost label does not affect these
  /// lists.
  private let statesBefore: [String: [String: Int32]]
  private let statesAfter: [String: [String: Int32]]

  init(before: Snapshot, after: Snapshot) {
    self.before = before
    self.after = after
    specifications = PodSpecifications(before: before, after: after)
    renamedNode = RenamedNode(before: before, after: after)
    // kubelet filters its lists by label; a pod that another client created has no labels and is identified by its
    // metadata.
    let hasLabel = Set(before.sandboxes.filter { $0.status.labels[Self.uidLabel] != nil }.map(\.pod.uid))
    let uids = Dictionary(before.sandboxes.map { ($0.id, $0.pod.uid) }) { first, _ in first }
    sandboxesAfter = Dictionary(grouping: after.sandboxes) { record in
      // If its UID is different, the sandbox belongs to an unknown pod, which kubelet kills regardless of its labels.
      if let uid = uids[record.id], uid != record.pod.uid { return "" }
      return record.status.labels[Self.uidLabel] ?? (hasLabel.contains(record.pod.uid) ? "" : record.pod.uid)
    }
    (statesBefore, statesAfter) = (Self.states(before), Self.states(after))
    let (podsBefore, podsAfter) = (Self.podOfSandbox(before), Self.podOfSandbox(after))
    containersBefore = Dictionary(grouping: before.containers) {
      podsBefore[$0.sandboxID] ?? $0.status.labels[Self.uidLabel] ?? ""
    }
    let labelled = Set(before.containers.filter { $0.status.labels[Self.uidLabel] != nil }.map(\.id))
    containersAfter = Dictionary(grouping: after.containers) {
      $0.status.labels[Self.uidLabel] ?? (labelled.contains($0.id) ? "" : podsAfter[$0.sandboxID] ?? "")
    }
  }

  private static func podOfSandbox(_ snapshot: Snapshot) -> [String: String] {
    Dictionary(snapshot.sandboxes.map { ($0.id, $0.pod.uid) }, uniquingKeysWith: { first, _ in first })
  }

  /// Returns one prediction for each pod that had a ready sandbox or running containers.
  /// - Parameter ended: The UIDs of the pods for which kubelet has nothing left to do.
  func predictions(without ended: Set<String>) -> [Prediction] {
    var seen: Set<String> = []
    let outlived = Set(before.sandboxesOutlivedByContainers.map(\.id))
    // No prediction is possible for a pod that could not be read.
    return before.sandboxes.filter {
      ($0.isReady || outlived.contains($0.id)) && !after.isUnchecked(.pod, $0.id) && !ended.contains($0.pod.uid)
        && seen.insert($0.pod.uid).inserted
    }.map { prediction(of: $0) }
  }

  /// What kubelet does to the pod of a sandbox that was ready before the change.
  func prediction(of old: SandboxRecord) -> Prediction {
    if let specification = specifications[old] { return prediction(old, specification) }
    return Prediction(
      ofUnknownPolicy: specifications.possiblePolicies(of: old).map { policy in
        prediction(old, PodSpecification(pod: old.pod, restartPolicy: policy, containers: []))
      })
  }

  private func prediction(_ old: SandboxRecord, _ specification: PodSpecification) -> Prediction {
    // The newest sandbox comes first, as in kubelet's order; if two are equally old, the one with the higher attempt
    // does.
    let sandboxes = (sandboxesAfter[old.pod.uid] ?? []).sorted {
      ($0.status.createdAt, $0.status.metadata?.attempt ?? 0) > (
        $1.status.createdAt, $1.status.metadata?.attempt ?? 0
      )
    }
    var prediction = Prediction(pod: old.pod, restartPolicy: specification.restartPolicy)
    prediction.owner = specification.owner
    prediction.wasReady = old.isReady
    let containers = PodContainers(
      before: containersBefore[old.pod.uid] ?? [], after: containersAfter[old.pod.uid] ?? [],
      specification: specification, remembersStatus: remembers(old),
      isUnchecked: { after.isUnchecked(.container, $0) })
    prediction.isDown = !sandboxes.contains(where: \.isReady) && !containers.after.values.contains(where: \.isRunning)
    prediction.isIdle = containers.haveEnded
    func decide(_ rule: KubeletRule, _ field: RuleField, _ before: FindingValue, _ after: FindingValue) -> Prediction {
      let outcome = containers.outcome(specification, isFirst: rule == .c1)
      prediction.outcome = outcome
      prediction.action = outcome == .a3 ? .recreate : .kill
      prediction.mayCountAsCompleted = outcome != .a3 && containers.mayComplete
      if outcome == .a3 {
        containers.describeRecreation(specification, &prediction)
        containers.describeRestartOfAll(specification, isFirst: rule == .c1, &prediction)
        prediction.mayCountAsCompleted = prediction.mayEnd && !prediction.completedIfStopped.isEmpty
      }
      (prediction.rule, prediction.field, prediction.before, prediction.after) = (rule, field, before, after)
      prediction.trigger = trigger(old, containers)
      prediction.runsAgainLater = runsAgainLater(prediction)
      return prediction
    }
    func runsAgainLater(_ prediction: Prediction) -> Bool {
      prediction.action == .kill && old.isStatic && remembers(old)
        && containers.runsAgainWhenForgotten(specification, isFirst: sandboxes.isEmpty)
    }
    if specifications.hasLostManifest(old) {
      prediction.action = .kill
      (prediction.rule, prediction.field, prediction.before) = (.m1, .manifest, .status(.known))
      prediction.after = FindingValue.none
      prediction.trigger = .immediate
      return prediction
    }
    if let renamedNode, !sandboxes.isEmpty {
      // kubelet starts a static pod again, with the new name. Other pods belong to the node with the old name.
      prediction.action = old.isStatic ? .recreate : .kill
      (prediction.rule, prediction.field) = (.m3, .nodeName)
      (prediction.before, prediction.after) = (.text(renamedNode.before), .text(renamedNode.after))
      prediction.trigger = .atKubeletRestart
      return prediction
    }
    if specifications.hasChangedManifest(old), !hasOtherVersion(old) {
      prediction.action = .recreate
      (prediction.rule, prediction.field, prediction.before) = (.m2, .manifest, .status(.known))
      prediction.after = .status(.changed)
      prediction.trigger = .immediate
      return prediction
    }
    guard let newest = sandboxes.first else { return decide(.c1, .sandbox, .id(old.id), .none) }
    let ready = sandboxes.filter(\.isReady)
    if ready.count > 1 {
      let earlier = before.sandboxes.count { $0.isReady && $0.pod.uid == old.pod.uid }
      return decide(.c2, .readySandboxes, .number(Int64(earlier)), .number(Int64(ready.count)))
    }
    if !newest.isReady { return decide(.c3, .state, .podState(old.status.state), .podState(newest.status.state)) }
    if newest.isHostNetwork != old.isHostNetwork {
      let mode = { FindingValue.namespaceMode($0 ? .node : .pod) }
      return decide(.c4, .networkMode, mode(old.isHostNetwork), mode(newest.isHostNetwork))
    }
    if !old.isHostNetwork, let network = newest.status.network, network.ip.isEmpty {
      return decide(.c5, .ip, old.ip.findingValue, .none)
    }
    containers.decide(&prediction)
    if prediction.action != .keep { prediction.trigger = trigger(old, containers) }
    prediction.runsAgainLater = runsAgainLater(prediction)
    prediction.isRecreated = newest.id != old.id
    return prediction
  }

  /// Whether kubelet has created a static pod from the new version of its manifest, with the same name and another UID.
  private func hasOtherVersion(_ old: SandboxRecord) -> Bool {
    after.sandboxes.contains {
      $0.isStatic && $0.pod.uid != old.pod.uid && $0.pod.name == old.pod.name && $0.pod.namespace == old.pod.namespace
        && $0.status.createdAt > before.taken
    }
  }

  /// Whether kubelet knows an earlier status of the pod. It reads the status of a pod from the API server there, but
  /// after its own restart it knows nothing about a static pod (`generateAPIPodStatus`).
  private func remembers(_ old: SandboxRecord) -> Bool {
    !old.isStatic || after.observed?.kubelet?.wasRestarted(since: before.observed?.kubelet) == false
  }

  /// kubelet reacts immediately if a list shows a different state; otherwise it reacts when it next examines the pod,
  /// which is at the pod's next event or when it examines every pod.
  private func trigger(_ old: SandboxRecord, _ containers: PodContainers) -> Prediction.Trigger {
    if statesBefore[old.pod.uid] != statesAfter[old.pod.uid] { return .immediate }
    return containers.endsRepeatedly(containersAfter[old.pod.uid] ?? [], at: after.taken)
      ? .atNextEvent : .atKubeletRestart
  }

  private static func states(_ snapshot: Snapshot) -> [String: [String: Int32]] {
    let pods = podOfSandbox(snapshot)
    var states: [String: [String: Int32]] = [:]
    for sandbox in snapshot.sandboxes {
      states[sandbox.pod.uid, default: [:]][sandbox.id] = sandbox.status.state.rawValue
    }
    for container in snapshot.containers {
      if let pod = pods[container.sandboxID] {
        states[pod, default: [:]][container.id] = container.status.state.rawValue
      }
    }
    return states
  }
}
