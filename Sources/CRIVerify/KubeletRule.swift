/// A decision of kubelet, with the name that documents and runbooks use.
///
/// Source: `PodSandboxChanged` (C1 to C5, in the function's order), `computePodActions` (B1 to B5, B7, B8) and
/// `HandlePodCleanups` (M1 to M3).
public enum KubeletRule: String, Hashable, Sendable, CaseIterable {
  /// The pod has no sandbox.
  case c1 = "C1"
  /// The pod has several ready sandboxes.
  case c2 = "C2"
  /// The newest sandbox is not ready.
  case c3 = "C3"
  /// The network mode has changed.
  case c4 = "C4"
  /// The sandbox has no address.
  case c5 = "C5"
  /// The container does not exist.
  case b1 = "B1"
  /// The container's state is unknown.
  case b2 = "B2"
  /// The container was created but not started.
  case b3 = "B3"
  /// The container has exited.
  case b4 = "B4"
  /// The hash of the container's specification has changed.
  case b5 = "B5"
  /// There is no container to keep or to start, so the pod ends.
  case b7 = "B7"
  /// A restart rule for the exit code makes kubelet restart all containers of the pod.
  case b8 = "B8"
  /// The manifest of the static pod no longer exists.
  case m1 = "M1"
  /// The manifest of the static pod was changed, so that it has another UID.
  case m2 = "M2"
  /// The node has another name, so kubelet does not know the pod any longer.
  case m3 = "M3"
}

/// What happens to a pod whose sandbox has changed, depending on its restartPolicy.
public enum KubeletOutcome: String, Hashable, Sendable, CaseIterable {
  /// kubelet kills the pod because its policy is Never.
  case a1 = "A1"
  /// kubelet kills the pod because its policy is OnFailure and all containers have succeeded.
  case a2 = "A2"
  /// kubelet creates a new sandbox.
  case a3 = "A3"
}
