internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// Computes what kubelet does to the containers of a pod whose sandbox is unchanged.
///
/// Source: kubelet's `computePodActions` in kuberuntime_manager.go, which makes the same decisions in 1.26 (lines 585
/// to 665), 1.29 (961 to 1047) and 1.36 (1290 to 1382), and `ShouldContainerBeRestarted` in container/helpers.go. For
/// each regular container:
///
/// | record | policy | decision |
/// | --- | --- | --- |
/// | missing | any | start (B1) |
/// | unknown | any | kill and start (B2) |
/// | created | any | start (B3) |
/// | exited | Always, or OnFailure and a code other than 0 | start (B4) |
/// | exited | Never, or OnFailure and 0 | nothing |
/// | exited, a rule with RestartAllContainers matches (1.36) | any | start all containers of the pod again (B8) |
/// | running, another hash | any | kill and start (B5) |
/// | running | any | keep |
///
/// If no regular container is kept or started, kubelet kills the pod (B7), and its sidecars with it. Init containers
/// are not examined once a regular container has been created or is running, and a sidecar is restarted whenever it is
/// not running. `RestartDecision` applies the policies. docs/kubelet.md has the complete table.
struct PodContainers {
  private static let nameLabel = "io.kubernetes.container.name"

  let before: [String: ContainerRecord]
  let after: [String: ContainerRecord]
  let specification: PodSpecification?
  let kinds: [String: PodSpecification.Container]
  /// Whether kubelet has an earlier status of the pod, so that it knows which containers had run.
  let remembersStatus: Bool
  let isUnchecked: (String) -> Bool
  /// The earliest start time of the containers that were running.
  private let beginning: Timestamp?

  init(
    before: [ContainerRecord], after: [ContainerRecord], specification: PodSpecification?,
    remembersStatus: Bool, isUnchecked: @escaping (String) -> Bool
  ) {
    self.before = Self.newest(before)
    self.after = Self.newest(after)
    self.specification = specification
    self.remembersStatus = remembersStatus
    self.isUnchecked = isUnchecked
    kinds = Dictionary(
      (specification?.containers ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    beginning = before.filter(\.isRunning).map(\.status.startedAt).min()
  }

  /// Whether all containers that are known have ended, so that a ready sandbox is all that is left of the pod.
  var haveEnded: Bool {
    !after.isEmpty && after.values.allSatisfy(\.hasEnded) && Set(before.keys).isSubset(of: after.keys)
      && !before.values.contains { isUnchecked($0.id) }
  }

  /// Whether containers of the pod are running, and none of the others has failed.
  var mayComplete: Bool {
    let regular = after.filter { kinds[$0.key]?.kind ?? .regular == .regular }.values
    return regular.contains(where: \.isRunning)
      && regular.allSatisfy { $0.isRunning || $0.hasEnded && $0.status.exitCode == 0 }
  }

  /// The newest container of each name.
  static func newest(_ containers: [ContainerRecord]) -> [String: ContainerRecord] {
    // kubelet reads the name from a label; a container without kubelet's labels was not created by kubelet.
    Dictionary(
      containers.map {
        ($0.status.labels[Kubelet.uidLabel] == nil ? $0.name : $0.status.labels[nameLabel] ?? "", $0)
      }
    ) {
      $0.status.createdAt > $1.status.createdAt ? $0 : $1
    }
  }

  /// Adds the decision to a prediction.
  func decide(_ prediction: inout Prediction) {
    if let item = restartOfAll {
      prediction.action = .restartContainers
      prediction.containers = Set(before.keys).union(after.keys).sorted()
      prediction.set(item.rule, item.field, item.values)
      return
    }
    if let causes = terminalCauses, let first = causes.first {
      prediction.action = .kill
      prediction.containers = causes.map(\.name)
      prediction.set(.b7, first.field, first.values)
      return
    }
    var actions = Actions()
    for (name, earlier) in before.sorted(by: { $0.key < $1.key }) { examine(name, earlier, &actions) }
    if isInitialising {
      examineInitialisation(&actions)
      // kubelet does not start the sidecars of a pod that ends.
      if !actions.ended.isEmpty { actions.starts = [] }
    } else if actions.isAnyStarted {
      actions.starts += repeated
    }
    // Containers without an earlier record, such as those that kubelet has created since.
    for (name, now) in after where before[name] == nil && isRegular(name) {
      if now.isRunning || now.status.state == .created { actions.isAnyKept = true }
    }
    let isOver = !actions.isAnyKept && !actions.isAnyStarted && (actions.hasRegular || isInitialising)
    if isOver, actions.uncertain.isEmpty, !actions.ended.isEmpty, let first = actions.ended.first {
      prediction.action = .kill
      prediction.containers = actions.ended.map(\.name)
      prediction.set(.b7, first.field, first.values)
      return
    }
    prediction.leftEnded = actions.ended.map(\.name).sorted()
    let starts = actions.starts + actions.uncertain
    // If an init container runs again, the cause is the container that has to be started.
    let causes = starts.filter { isInitialising || kinds[$0.name]?.kind != .initial }
    guard let first = causes.min(by: { $0.name < $1.name }) else { return }
    prediction.action = .restartContainers
    prediction.containers = starts.map(\.name).sorted()
    prediction.dependsOnPolicy = actions.uncertain.contains { $0.rule == .b4 }
    prediction.dependsOnKind = actions.uncertain.contains { $0.rule == .b1 }
    prediction.mayEnd = isOver && prediction.dependsOnPolicy
    prediction.set(first.rule, first.field, first.values)
  }

  /// A decision about one container.
  struct Item {
    let name: String
    let rule: KubeletRule
    let field: RuleField
    let values: ValuePair
  }

  struct Actions {
    /// The containers that kubelet starts because of the change.
    var starts: [Item] = []
    /// The containers that kubelet starts only under a condition that is unknown.
    var uncertain: [Item] = []
    /// The containers that exited during the change and are not restarted.
    var ended: [Item] = []
    var isAnyKept = false
    /// Whether kubelet starts any regular container, whether or not because of the change.
    var isAnyStarted = false
    var hasRegular = false
  }

  private func examine(_ name: String, _ earlier: ContainerRecord, _ actions: inout Actions) {
    let kind = kinds[name]?.kind
    let isRegular = self.isRegular(name)
    // kubelet does not restart an init container while the other containers are running.
    if kind == .initial { return }
    if isRegular { actions.hasRegular = true }
    if isUnchecked(earlier.id) {
      actions.isAnyKept = true
      return
    }
    let state = FindingValue.containerState(earlier.status.state)
    guard let now = after[name] else {
      let item = Item(name: name, rule: .b1, field: .container, values: (state, .none))
      if kind == nil, mayHaveInitialised(earlier) {
        // This may be an init container, or a regular container that exited before the others started.
        actions.uncertain.append(item)
        return
      }
      actions.starts.append(item)
      if isRegular { actions.isAnyStarted = true }
      return
    }
    switch now.status.state {
    case .running:
      guard earlier.specHash != nil, earlier.specHash != now.specHash else {
        if isRegular { actions.isAnyKept = true }
        return
      }
      start(
        Item(
          name: name, rule: .b5, field: .containerHash,
          values: (earlier.specHash.findingValue, now.specHash.findingValue)))
    case .unknown:
      start(Item(name: name, rule: .b2, field: .state, values: (state, .containerState(.unknown))))
    case .created:
      if isRegular { actions.isAnyStarted = true }
      if earlier.status.state != .created {
        start(Item(name: name, rule: .b3, field: .state, values: (state, .containerState(.created))))
      }
    case .exited: examineEnded(name, earlier, now, kind, &actions)
    default: if isRegular { actions.isAnyKept = true }
    }
    func start(_ item: Item) {
      actions.starts.append(item)
      if isRegular { actions.isAnyStarted = true }
    }
  }

  private func examineEnded(
    _ name: String, _ earlier: ContainerRecord, _ now: ContainerRecord, _ kind: PodSpecification.Container.Kind?,
    _ actions: inout Actions
  ) {
    let item = ending(name, earlier, now)
    if kind == .sidecar {
      // A sidecar follows the pod: it is restarted unless the pod ends.
      if let item { actions.starts.append(item) }
      return
    }
    switch RestartDecision(of: kinds[name], specification?.restartPolicy, exitCode: now.status.exitCode) {
    case .start, .startAll:
      actions.isAnyStarted = true
      if let item { actions.starts.append(item) }
    case .leave:
      if let item { actions.ended.append(item) }
    case .unknown:
      if let item { actions.uncertain.append(item) }
    }
  }

  /// Returns a container that exited during the change or has a different exit code after it; nil for any other.
  func ending(_ name: String, _ earlier: ContainerRecord, _ now: ContainerRecord) -> Item? {
    if earlier.isRunning {
      return Item(
        name: name, rule: .b4, field: .state, values: (.containerState(earlier.status.state), now.exit))
    }
    if earlier.status.exitCode != now.status.exitCode {
      let codes = (earlier.status.exitCode.findingValue, now.status.exitCode.findingValue)
      return Item(name: name, rule: .b4, field: .exitCode, values: codes)
    }
    return nil
  }

  /// The container whose exit makes kubelet restart all containers; nil if no exit does.
  private var restartOfAll: Item? {
    for (name, now) in after.sorted(by: { $0.key < $1.key }) where now.status.state == .exited {
      guard let earlier = before[name], !isUnchecked(earlier.id), let item = ending(name, earlier, now) else {
        continue
      }
      let decision = RestartDecision(of: kinds[name], specification?.restartPolicy, exitCode: now.status.exitCode)
      if decision == .startAll { return Item(name: name, rule: .b8, field: item.field, values: item.values) }
    }
    return nil
  }

  func isRegular(_ name: String) -> Bool { kinds[name]?.kind ?? .regular == .regular }

  /// Whether a container of unknown kind may have been an init container, judging by its start and exit times.
  func mayHaveInitialised(_ earlier: ContainerRecord) -> Bool {
    guard earlier.status.state == .exited, let beginning else { return false }
    return earlier.status.finishedAt <= beginning
  }
}

extension Prediction {
  fileprivate mutating func set(_ rule: KubeletRule, _ field: RuleField, _ values: ValuePair) {
    (self.rule, self.field, before, after) = (rule, field, values.before, values.after)
  }
}
