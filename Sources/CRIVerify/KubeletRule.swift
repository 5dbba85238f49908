/// A decision of kubelet, with the name that documents and runbooks use.
///
/// Source: `PodSandboxChanged` (C1 to C5, in its order) and `computePodActions` (B1 to B5, B7, B8).
public enum KubeletRule: String, Hashable, Sendable, CaseIterable {
  /// The pod has no sandbox.
  case c1 = "C1"
  /// The pod has several ready sandboxes.
  case c2 = "C2"
  /// The newest sandbox is not ready.
  case c3 = "C3"
  /// The network mode changed.
  case c4 = "C4"
  /// The sandbox has no address.
  case c5 = "C5"
  /// The container does not exist.
  case b1 = "B1"
  /// The container's state is unknown.
  case b2 = "B2"
  /// The container was created but not started.
  case b3 = "B3"
  /// The container has ended.
  case b4 = "B4"
  /// The hash of the container's specification changed.
  case b5 = "B5"
  /// No container is left to keep or to start, so that the pod ends.
  case b7 = "B7"
  /// A rule by exit code makes kubelet start all containers of the pod again.
  case b8 = "B8"
}

/// What happens to a pod whose sandbox changed, depending on its restartPolicy.
public enum KubeletOutcome: String, Hashable, Sendable, CaseIterable {
  /// Kubelet kills the pod because its policy is Never.
  case a1 = "A1"
  /// Kubelet kills the pod because its policy is OnFailure and all containers have succeeded.
  case a2 = "A2"
  /// Kubelet creates a new sandbox.
  case a3 = "A3"
}
