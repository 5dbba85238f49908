internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// Computes kubelet's decisions from two snapshots. The earlier one stands in for the pods' specifications.
struct Kubelet {
  private static let uidLabel = "io.kubernetes.pod.uid"
  private static let nameLabel = "io.kubernetes.container.name"

  private let before: Snapshot
  private let after: Snapshot
  private let sandboxesAfter: [String: [SandboxRecord]]
  private let containersAfter: [String: [ContainerRecord]]
  private let containersBefore: [String: [ContainerRecord]]
  private let staticPods: [StaticPod]
  /// The states of each pod's objects as kubelet's lists show them, by UID and ID. A lost label has no effect on them.
  private let statesBefore: [String: [String: Int32]]
  private let statesAfter: [String: [String: Int32]]

  init(before: Snapshot, after: Snapshot) {
    self.before = before
    self.after = after
    staticPods = before.observed?.kubelet?.staticPods?.value ?? after.observed?.kubelet?.staticPods?.value ?? []
    // kubelet lists by label; a pod that another client created has no labels and is identified by its metadata.
    let hasLabel = Set(before.sandboxes.filter { $0.status.labels[Self.uidLabel] != nil }.map(\.pod.uid))
    let uids = Dictionary(before.sandboxes.map { ($0.id, $0.pod.uid) }) { first, _ in first }
    sandboxesAfter = Dictionary(grouping: after.sandboxes) { record in
      // With a different UID, the sandbox belongs to an unknown pod, which kubelet kills regardless of its labels.
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

  /// Returns one prediction for each pod that had a ready sandbox.
  /// - Parameter ended: The UIDs of the pods for which kubelet has nothing left to do.
  func predictions(without ended: Set<String>) -> [Prediction] {
    var seen: Set<String> = []
    // Nothing can be predicted for a pod that could not be read.
    return before.sandboxes.filter {
      $0.isReady && !after.isUnchecked(.pod, $0.id) && !ended.contains($0.pod.uid) && seen.insert($0.pod.uid).inserted
    }.map(prediction)
  }

  private func prediction(_ old: SandboxRecord) -> Prediction {
    // The newest sandbox is first, as kubelet sorts them; if two are equally old, the one with the higher attempt.
    let sandboxes = (sandboxesAfter[old.pod.uid] ?? []).sorted {
      ($0.status.createdAt, $0.status.metadata?.attempt ?? 0) > (
        $1.status.createdAt, $1.status.metadata?.attempt ?? 0
      )
    }
    var prediction = Prediction(pod: old.pod, restartPolicy: restartPolicy(of: old))
    func decide(_ rule: KubeletRule, _ field: RuleField, _ before: FindingValue, _ after: FindingValue) -> Prediction {
      let outcome = outcome(for: old.pod, prediction.restartPolicy, isFirst: rule == .c1)
      prediction.outcome = outcome
      prediction.action = outcome == .a3 ? .recreate : .kill
      (prediction.rule, prediction.field, prediction.before, prediction.after) = (rule, field, before, after)
      prediction.trigger = trigger(old)
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
    restartContainers(&prediction, old)
    return prediction
  }

  /// The restart policy from kubelet's manifest files, because the CRI does not carry it.
  private func restartPolicy(of old: SandboxRecord) -> RestartPolicy? {
    guard old.isStatic else { return nil }
    return staticPods.first { $0.namespace == old.pod.namespace && isName(old.pod.name, of: $0.name) }?.restartPolicy
  }

  /// kubelet appends the node's name, which is the host's name with or without its domain. Any other suffix may be part
  /// of another pod's name: `etcd-backup` does not belong to `etcd`.
  private func isName(_ pod: String, of manifest: String) -> Bool {
    guard pod.hasPrefix("\(manifest)-") else { return false }
    let (node, host) = (pod.dropFirst(manifest.count + 1), before.host.name.lowercased())
    return node == host || node.hasPrefix("\(host).") || host.hasPrefix("\(node).")
  }

  /// Applies rules A1 to A3.
  /// - Parameter isFirst: Whether no sandbox is left, so that the next one is attempt 0.
  private func outcome(for pod: PodName, _ policy: RestartPolicy?, isFirst: Bool) -> KubeletOutcome {
    let containers = Self.newest(containersAfter[pod.uid] ?? []).values
    if policy == .never, !isFirst, !containers.isEmpty { return .a1 }
    let haveAllEndedWell = containers.allSatisfy { $0.status.state == .exited && $0.status.exitCode == 0 }
    return policy == .onFailure && !containers.isEmpty && haveAllEndedWell ? .a2 : .a3
  }

  /// Applies rules B1 to B5 to the newest container of each name.
  private func restartContainers(_ prediction: inout Prediction, _ old: SandboxRecord) {
    let now = Self.newest(containersAfter[old.pod.uid] ?? [])
    let containers = containersBefore[old.pod.uid] ?? []
    let firstStart = containers.filter(\.isRunning).map(\.status.startedAt).min()
    for (name, before) in Self.newest(containers).sorted(by: { $0.key < $1.key }) {
      // A container that ended before the others started is an init container, which is not restarted while they run.
      if now[name] == nil, before.status.state == .exited, let firstStart, before.status.finishedAt <= firstStart {
        continue
      }
      if after.isUnchecked(.container, before.id) { continue }
      guard let (rule, field, values) = Self.restart(before, now[name]),
        Self.starts(rule, now[name], prediction.restartPolicy)
      else { continue }
      prediction.action = .restartContainers
      prediction.containers.append(name)
      if rule == .b4, prediction.restartPolicy == nil { prediction.dependsOnPolicy = true }
      prediction.trigger = trigger(old)
      if prediction.rule == nil {
        (prediction.rule, prediction.field, prediction.before, prediction.after) = (
          rule, field, values.before, values.after
        )
      }
    }
  }

  /// Whether the restart policy lets kubelet start an ended container again.
  private static func starts(_ rule: KubeletRule, _ now: ContainerRecord?, _ policy: RestartPolicy?) -> Bool {
    guard rule == .b4, let policy, let now else { return true }
    return policy == .always || policy == .onFailure && now.status.exitCode != 0
  }

  private static func restart(
    _ before: ContainerRecord, _ after: ContainerRecord?
  ) -> (rule: KubeletRule, field: RuleField, ValuePair)? {
    let old = FindingValue.containerState(before.status.state)
    guard let after else { return (.b1, .container, (old, .none)) }
    switch after.status.state {
    case .unknown: return (.b2, .state, (old, .containerState(.unknown)))
    case .created: return before.status.state == .created ? nil : (.b3, .state, (old, .containerState(.created)))
    case .exited:
      if before.isRunning { return (.b4, .state, (old, after.exit)) }
      let isLost = before.status.exitCode != after.status.exitCode
      return isLost ? (.b4, .exitCode, (before.status.exitCode.findingValue, after.status.exitCode.findingValue)) : nil
    default:
      guard before.specHash != nil, before.specHash != after.specHash else { return nil }
      return (
        .b5, .containerHash, (before.specHash.findingValue, after.specHash.findingValue)
      )
    }
  }

  private static func newest(_ containers: [ContainerRecord]) -> [String: ContainerRecord] {
    // kubelet reads the name from a label; a container without kubelet's labels was not created by kubelet.
    Dictionary(containers.map { ($0.status.labels[uidLabel] == nil ? $0.name : $0.status.labels[nameLabel] ?? "", $0) })
    {
      $0.status.createdAt > $1.status.createdAt ? $0 : $1
    }
  }

  /// kubelet reacts immediately if a list shows a changed state, and otherwise only when it reads every pod again.
  private func trigger(_ old: SandboxRecord) -> Prediction.Trigger {
    statesBefore[old.pod.uid] == statesAfter[old.pod.uid] ? .atKubeletRestart : .immediate
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
