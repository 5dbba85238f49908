/// kubelet's decision about a container that has exited.
///
/// Source: kubelet 1.36, `ContainerShouldRestart` and `FindMatchingContainerRestartRule` in pkg/api/v1/pod/util.go
/// (lines 419 to 489). The first rule that matches the exit code applies; if none matches, the container's policy
/// applies, or else the pod's.
package enum RestartDecision: Hashable {
  /// kubelet restarts the container.
  case start
  /// kubelet restarts all containers of the pod.
  case startAll
  /// The container stays as it is.
  case leave
  /// The decision depends on unknown information.
  case unknown

  /// - Parameters:
  ///   - container: The container in the specification; nil if it is unknown.
  ///   - policy: The pod's policy; nil if it is unknown.
  package init(of container: PodSpecification.Container?, _ policy: RestartPolicy?, exitCode: Int32) {
    let rule = container?.restartRules.first { $0.matches(exitCode) != false }
    if let rule {
      guard rule.matches(exitCode) == true, let action = rule.action else {
        self = .unknown
        return
      }
      if action == .restartAllContainers {
        self = .startAll
        return
      }
      // If the container has no policy of its own, kubelet ignores this action.
      if container?.restartPolicy != nil {
        self = .start
        return
      }
    }
    switch container?.restartPolicy ?? policy {
    case .always?: self = .start
    case .onFailure?: self = exitCode == 0 ? .leave : .start
    case .never?: self = .leave
    case nil: self = .unknown
    }
  }
}

extension RestartRule {
  /// Whether the rule applies to an exit code; nil if its comparison is unknown.
  fileprivate func matches(_ exitCode: Int32) -> Bool? {
    comparison.map { ($0 == .isIn) == values.contains(exitCode) }
  }
}
