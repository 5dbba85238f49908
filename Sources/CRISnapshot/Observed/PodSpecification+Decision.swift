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

  /// The exit code of a container that kubelet kills, or that has no usable record although kubelet knows that it ran
  /// (`convertToAPIContainerStatuses` in kubelet_pods.go).
  package static let killed: Int32 = 137

  /// kubelet's decision about a pod whose sandbox it cannot keep.
  ///
  /// Source: kubelet 1.36, `computePodActions` (kuberuntime_manager.go), after `getPhase` (kubelet_pods.go) and
  /// `ShouldAllContainersRestart` (container/helpers.go).
  /// - Parameters:
  ///   - exits: The containers with a record, by name, and their exit codes; nil for one that has not exited.
  ///   - isFirst: Whether the runtime has no record of a sandbox of the pod.
  ///   - remembered: The containers that had run before the records were lost, by name, and their exit codes; nil for
  ///     one that was running. The dictionary is nil if kubelet has no earlier status of the pod.
  ///   - stopped: The exit code of the containers that kubelet stops together with the sandbox.
  package func decision(
    exits: [String: Int32?], isFirst: Bool, remembered: [String: Int32?]?, stopped: Int32 = killed
  ) -> SandboxDecision {
    let remembered = remembered ?? [:]
    // If the list of containers is unknown, those that have or had a record are taken to be all of them.
    let known = containers.filter { $0.kind == .regular }
    let names = Set(exits.keys).union(remembered.keys).sorted()
    let regular = known.isEmpty ? names.map { Container($0, .regular) } : known
    func exit(_ name: String) -> Int32? {
      if let exit = exits[name] { return exit }
      return remembered[name].map { $0 ?? Self.killed }
    }
    func isLeft(_ item: Container) -> Bool {
      exit(item.name).map { RestartDecision(of: item, restartPolicy, exitCode: $0) == .leave } ?? false
    }
    // kubelet 1.36 checks this first. A container that still runs is killed together with the sandbox.
    let startsAll = containers.contains { item in
      guard let code = exit(item.name) ?? (exits[item.name] == nil ? nil : stopped) else { return false }
      return RestartDecision(of: item, restartPolicy, exitCode: code) == .startAll
    }
    if startsAll { return .recreate }
    let kill: SandboxDecision = restartPolicy == .never ? .killUnlessRestarted : .killFinished
    let initial = containers.filter { $0.kind == .initial }
    if initial.contains(where: { exit($0.name) != 0 && isLeft($0) }) { return kill }
    if regular.isEmpty { return .recreate }
    // The pod is pending, and so it has not ended, while one of its init containers is running.
    let isPending = initial.contains { exits[$0.name] == .some(nil) }
    if !isPending, regular.allSatisfy(isLeft) { return kill }
    if isFirst || exits.isEmpty { return .recreate }
    if restartPolicy == .never { return kill }
    let haveSucceeded = regular.allSatisfy { item in
      (item.restartPolicy ?? restartPolicy) == .onFailure && exits[item.name] == 0
    }
    return haveSucceeded ? kill : .recreate
  }
}
