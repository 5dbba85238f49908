extension PodSpecification {
  /// What kubelet does with a pod whose sandbox it cannot keep.
  package enum SandboxDecision: Hashable, Sendable {
    /// It kills the pod, because of the policy Never.
    case killUnlessRestarted
    /// It kills the pod, because no container has to run again.
    case killFinished
    /// It creates a new sandbox.
    case recreate
  }

  /// The exit code of a container that kubelet kills, or that has no record although kubelet knows that it ran
  /// (`convertToAPIContainerStatuses` in kubelet_pods.go).
  private static let killed: Int32 = 137

  /// kubelet's decision about a pod whose sandbox it cannot keep.
  ///
  /// Source: kubelet 1.36, `computePodActions` (kuberuntime_manager.go), after `getPhase` (kubelet_pods.go) and
  /// `ShouldAllContainersRestart` (container/helpers.go).
  /// - Parameters:
  ///   - exits: The containers with a record, by name, and their exit codes; nil for one that has not exited.
  ///   - isFirst: Whether the runtime has no record of a sandbox of the pod.
  ///   - isStatic: Whether the pod is a static one. Without a record, kubelet remembers nothing about it.
  ///   - remembered: The exit codes of containers before the records were lost, by name.
  package func decision(
    exits: [String: Int32?], isFirst: Bool, isStatic: Bool, remembered: [String: Int32]
  ) -> SandboxDecision {
    let isRemembered = isFirst && !isStatic
    // If the list of containers is unknown, those that have a record are taken to be all of them.
    let known = containers.filter { $0.kind == .regular }
    let regular = known.isEmpty ? exits.keys.sorted().map { Container($0, .regular) } : known
    func exit(_ name: String) -> Int32? {
      if let exit = exits[name] { return exit }
      return isRemembered ? remembered[name] ?? Self.killed : nil
    }
    // kubelet 1.36 checks this first. A container that still runs is killed together with the sandbox.
    let startsAll = containers.contains { item in
      guard let code = exit(item.name) ?? (exits[item.name] == nil ? nil : Self.killed) else { return false }
      return RestartDecision(of: item, restartPolicy, exitCode: code) == .startAll
    }
    if startsAll { return .recreate }
    let kill: SandboxDecision = restartPolicy == .never ? .killUnlessRestarted : .killFinished
    if regular.isEmpty { return isRemembered && restartPolicy == .never ? kill : .recreate }
    let mayNotRun = regular.allSatisfy { item in
      exit(item.name).map { RestartDecision(of: item, restartPolicy, exitCode: $0) == .leave } ?? false
    }
    if mayNotRun { return kill }
    if isFirst || exits.isEmpty { return .recreate }
    if restartPolicy == .never { return kill }
    let haveSucceeded = regular.allSatisfy { item in
      (item.restartPolicy ?? restartPolicy) == .onFailure && exits[item.name] == 0
    }
    return haveSucceeded ? kill : .recreate
  }
}
