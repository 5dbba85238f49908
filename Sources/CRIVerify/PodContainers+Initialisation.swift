internal import CRIMessages
internal import CRIRules
internal import CRISnapshot

/// Pods whose containers are not running, for which kubelet examines the init containers.
///
/// Source: kubelet's `findNextInitContainerToRun` in 1.26 (kuberuntime_container.go, lines 820 to 868) and
/// `computeInitContainerActions` in 1.29 (980 to 1198) and 1.36 (1066 to 1320). kubelet goes backwards through the init
/// containers and examines only the last one that has a record, because older records may have been removed:
///
/// | last init container | policy | decision |
/// | --- | --- | --- |
/// | none has a record | any | start the first one (B1) |
/// | unknown | Always, OnFailure | kill and start (B2) |
/// | unknown, or exited with a code other than 0 | Never | the pod ends (B7) |
/// | created | any | start (B3) |
/// | exited with a code other than 0 | Always, OnFailure | start (B4) |
/// | exited with 0 | any | start the next one; after the last one, the pod is initialised |
/// | running | any | wait |
///
/// From 1.34 on, the container's own policy and its restart rules for exit codes take precedence over the pod's policy.
extension PodContainers {
  /// Whether a regular container is running or has been created, which proves that all init containers have finished.
  var provesInitialisation: Bool {
    after.contains { isRegular($0.key) && ($0.value.isRunning || $0.value.status.state == .created) }
  }

  /// Whether the pod has init containers and none of its regular containers has ever had a record.
  var isInitialising: Bool {
    kinds.values.contains { $0.kind == .initial } && !before.keys.contains(where: isRegular)
      && !after.keys.contains(where: isRegular)
  }

  /// The init container that decides: the last one with a record.
  private var deciding: String? { initial.last { after[$0] != nil } }

  var initial: [String] {
    (specification?.containers ?? []).filter { $0.kind == .initial }.map(\.name)
  }

  /// Adds what kubelet does to the init containers of a pod that is not initialised.
  func examineInitialisation(_ actions: inout Actions) {
    guard let name = deciding else {
      guard let name = initial.first(where: { before[$0] != nil }), let earlier = before[name],
        !initial.contains(where: { before[$0].map { isUnchecked($0.id) } ?? false })
      else { return }
      actions.starts.append(missing(name, earlier))
      return
    }
    guard let now = after[name], let earlier = before[name], !isUnchecked(earlier.id) else { return }
    let state = FindingValue.containerState(earlier.status.state)
    switch now.status.state {
    case .unknown where earlier.status.state != .unknown:
      let item = Item(name: name, rule: .b2, field: .state, values: (state, .containerState(.unknown)))
      // Restart rules require an exit code, which such a container does not have.
      let policy = kinds[name]?.restartPolicy ?? specification?.restartPolicy
      if policy == .never { actions.ended.append(item) } else { actions.starts.append(item) }
    case .created where earlier.status.state != .created:
      actions.starts.append(
        Item(name: name, rule: .b3, field: .state, values: (state, .containerState(.created))))
    case .exited where now.status.exitCode != 0:
      guard let item = ending(name, earlier, now) else { return }
      switch RestartDecision(of: kinds[name], specification?.restartPolicy, exitCode: now.status.exitCode) {
      case .start, .startAll: actions.starts.append(item)
      case .leave: actions.ended.append(item)
      case .unknown: actions.uncertain.append(item)
      }
    case .exited:
      // kubelet continues with the next one, which ran before the change.
      if let next = initial.drop(while: { $0 != name }).dropFirst().first, let lost = before[next],
        !isUnchecked(lost.id)
      {
        actions.starts.append(missing(next, lost))
      }
    default: break
    }
  }

  /// The init containers that run again before a regular container can: all of them, if the last one no longer has a
  /// record.
  var repeated: [Item] {
    guard let last = initial.last, after[last] == nil, !provesInitialisation else { return [] }
    return initial.compactMap { name in
      before[name].flatMap { isUnchecked($0.id) || after[name] != nil ? nil : missing(name, $0) }
    }
  }

  private func missing(_ name: String, _ earlier: ContainerRecord) -> Item {
    Item(name: name, rule: .b1, field: .container, values: (.containerState(earlier.status.state), .none))
  }
}
