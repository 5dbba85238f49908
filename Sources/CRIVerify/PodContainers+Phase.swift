internal import CRIMessages
internal import CRIProtobuf
internal import CRIRules
internal import CRISnapshot

/// Pods that have ended: kubelet computes a pod's phase before it decides about its containers, and it does nothing
/// more for a pod whose phase is Succeeded or Failed.
///
/// Source: kubelet 1.36, `convertToAPIContainerStatuses`, `getPhase` and `generateAPIPodStatus` in kubelet_pods.go, and
/// `SyncPod` in kubelet.go. A container without a record, or of unknown state, that was running according to kubelet's
/// earlier status counts as failed with the exit code 137.
extension PodContainers {
  /// The containers whose change ends the pod, by name; nil if the pod does not end.
  var terminalCauses: [Item]? {
    // A failed init container that may not be started again ends the pod, even if other containers are running.
    for name in initial {
      guard let code = lastExitCode(name), code != 0, isLeft(name, code), let cause = cause(name) else { continue }
      // A failure before the change has not ended the pod.
      if let earlier = before[name], earlier.hasEnded, earlier.status.exitCode == code { continue }
      return [cause]
    }
    if initial.contains(where: { after[$0]?.isRunning == true }) { return nil }
    guard !regular.isEmpty,
      regular.allSatisfy({ name in lastExitCode(name).map { isLeft(name, $0) } ?? false })
    else { return nil }
    let causes = regular.compactMap(cause)
    return causes.isEmpty ? nil : causes
  }

  /// Applies rules A1 to A3.
  /// - Parameter isFirst: Whether no sandbox is left, so that the next one is attempt 0.
  func outcome(_ specification: PodSpecification, isFirst: Bool) -> KubeletOutcome {
    switch decision(specification, isFirst) {
    case .killUnlessRestarted: .a1
    case .killFinished: .a2
    case .recreate: .a3
    }
  }

  /// Whether kubelet recreates a pod that it has ended, once it has forgotten the pod's earlier status: it then knows
  /// only the records that are left, and all of these containers have ended.
  func runsAgainWhenForgotten(_ specification: PodSpecification, isFirst: Bool) -> Bool {
    let ended = exits.mapValues { code in Int32?.some(code ?? PodSpecification.killed) }
    return specification.decision(exits: ended, isFirst: isFirst, remembered: nil) == .recreate
  }

  private func decision(
    _ specification: PodSpecification, _ isFirst: Bool, stopped: Int32 = PodSpecification.killed
  ) -> PodSpecification.SandboxDecision {
    specification.decision(
      exits: exits, isFirst: isFirst, remembered: remembersStatus ? remembered : nil, stopped: stopped)
  }

  /// Adds that the pod may end. This happens if only the exit code of a killed container makes kubelet start all
  /// containers again, and the running containers exit with 0 when they are stopped.
  func describeRestartOfAll(_ specification: PodSpecification, isFirst: Bool, _ prediction: inout Prediction) {
    guard decision(specification, isFirst, stopped: 0) != .recreate else { return }
    prediction.completedIfStopped = regular.filter { after[$0]?.isRunning == true }
    prediction.mayEnd = true
  }

  /// Adds which containers do not run again in the new sandbox, and which completed ones do.
  func describeRecreation(_ specification: PodSpecification, _ prediction: inout Prediction) {
    prediction.repeated = regular.filter { name in
      guard let earlier = before[name], earlier.hasEnded, !isUnchecked(earlier.id), after[name] == nil else {
        return false
      }
      return isLeft(name, earlier.status.exitCode)
    }
    // kubelet starts the regular containers together with the sandbox only if there are no init containers.
    let hasInitial =
      kinds.isEmpty ? before.values.contains(where: mayHaveInitialised) : kinds.values.contains { $0.kind != .regular }
    guard hasInitial else { return }
    let stopped = regular.filter { after[$0]?.isRunning == true && isLeft($0, 0) }
    prediction.completedIfStopped = stopped
    let others = regular.filter { !stopped.contains($0) }
    prediction.mayEnd =
      !stopped.isEmpty
      && others.allSatisfy { name in
        after[name].map { $0.hasEnded && isLeft(name, $0.status.exitCode) } ?? false
      }
  }

  /// Whether a container of the pod ends and is started again, so that kubelet examines the pod within five minutes.
  /// - Parameters:
  ///   - records: All containers of the pod, which include the last one that has ended.
  ///   - now: The time at which they were read.
  func endsRepeatedly(_ records: [ContainerRecord], at now: Timestamp) -> Bool {
    after.contains { name, container in
      guard let count = container.restartCount.flatMap({ Int($0) }), count > 0, kinds[name]?.kind != .initial else {
        return false
      }
      // Without a specification, this may be an init container that has completed.
      if kinds.isEmpty, let earlier = before[name], mayHaveInitialised(earlier) { return false }
      if container.hasEnded { return isRestarted(name, container.status.exitCode) }
      guard container.isRunning, count > 1, container.status.startedAt + Self.stableTime > now else { return false }
      // It is running between two ends if the previous one had run only briefly, too.
      return records.contains { earlier in
        earlier.name == container.name && earlier.hasEnded && isRestarted(name, earlier.status.exitCode)
          && earlier.status.startedAt + Self.stableTime > earlier.status.finishedAt
      }
    }
  }

  /// The running time after which kubelet regards a container as stable, and resets its restart delay. It is twice the
  /// maximum delay, which is five minutes.
  static let stableTime = Duration.seconds(600)

  private func isRestarted(_ name: String, _ code: Int32) -> Bool {
    let decision = RestartDecision(of: kinds[name], specification?.restartPolicy, exitCode: code)
    return decision == .start || decision == .startAll || decision == .unknown && code != 0
  }

  /// The names of the regular containers. If the kinds are unknown, all containers with a record may be regular ones.
  private var regular: [String] {
    let names = kinds.isEmpty ? Set(before.keys).union(after.keys) : Set(kinds.keys.filter(isRegular))
    return names.sorted()
  }

  private func isLeft(_ name: String, _ code: Int32) -> Bool {
    RestartDecision(of: kinds[name], specification?.restartPolicy, exitCode: code) == .leave
  }

  /// The containers with a record, and their exit codes; nil for one that has not exited.
  private var exits: [String: Int32?] {
    var exits: [String: Int32?] = [:]
    for name in after.keys { exits[name] = .some(recordedExitCode(name)) }
    return exits
  }

  /// The containers that had run before the change, and their exit codes; nil for one that was running.
  private var remembered: [String: Int32?] {
    before.filter { $0.value.status.state != .created }.mapValues { $0.hasEnded ? $0.status.exitCode : nil }
  }

  private func recordedExitCode(_ name: String) -> Int32? {
    guard let now = after[name] else { return nil }
    if now.hasEnded { return now.status.exitCode }
    return now.status.state == .unknown && remembersStatus && before[name]?.isRunning == true
      ? PodSpecification.killed : nil
  }

  /// The exit code that kubelet's status of the container has; nil if the container has not ended, or if this is
  /// unknown.
  private func lastExitCode(_ name: String) -> Int32? {
    if let earlier = before[name], isUnchecked(earlier.id) { return nil }
    if after[name] != nil { return recordedExitCode(name) }
    guard remembersStatus, let earlier = remembered[name] else { return nil }
    return earlier ?? PodSpecification.killed
  }

  /// How the container has changed; nil if it has not, or if this is unknown.
  private func cause(_ name: String) -> Item? {
    guard let earlier = before[name], !isUnchecked(earlier.id) else { return nil }
    let state = FindingValue.containerState(earlier.status.state)
    guard let now = after[name] else {
      return Item(name: name, rule: .b1, field: .container, values: (state, .none))
    }
    if now.status.state == .unknown, earlier.status.state != .unknown {
      return Item(name: name, rule: .b2, field: .state, values: (state, .containerState(.unknown)))
    }
    return now.hasEnded ? ending(name, earlier, now) : nil
  }
}
