internal import CRIMessages
internal import CRIProtobuf
internal import CRISnapshot

/// What is known about the pods' specifications, which the CRI does not contain: those that the user supplied, or else
/// those in kubelet's manifest files.
struct PodSpecifications {
  private let supplied: [String: PodSpecification]
  private let staticPods: [StaticPod]
  /// The static pods of the later snapshot; nil if they are unknown.
  private let laterStaticPods: [StaticPod]?
  private let node: String

  init(before: Snapshot, after: Snapshot) {
    supplied = Dictionary(
      ((before.pods ?? []) + (after.pods ?? [])).map { ($0.pod.uid, $0) }, uniquingKeysWith: { first, _ in first })
    staticPods = before.observed?.kubelet?.staticPods?.value ?? after.observed?.kubelet?.staticPods?.value ?? []
    laterStaticPods = after.observed?.kubelet?.staticPods?.value
    node = before.nodeName(for: staticPods)
  }

  /// Whether a static pod had a manifest before the change, and no longer has one.
  func hasLostManifest(_ sandbox: SandboxRecord) -> Bool {
    guard sandbox.isStatic, let laterStaticPods else { return false }
    return manifest(of: sandbox.pod, in: staticPods) != nil && manifest(of: sandbox.pod, in: laterStaticPods) == nil
  }

  /// Whether the manifest of a static pod was changed or moved, so that kubelet regards the pod as a different one.
  func hasChangedManifest(_ sandbox: SandboxRecord) -> Bool {
    guard sandbox.isStatic, let laterStaticPods,
      let earlier = manifest(of: sandbox.pod, in: staticPods)?.version,
      let later = manifest(of: sandbox.pod, in: laterStaticPods)?.version
    else { return false }
    return earlier != later
  }

  /// Returns nil if nothing is known about the pod.
  subscript(_ sandbox: SandboxRecord) -> PodSpecification? {
    if let specification = supplied[sandbox.pod.uid] { return specification }
    guard sandbox.isStatic else { return nil }
    let pod = sandbox.pod
    return manifest(of: pod, in: staticPods).map {
      PodSpecification(pod: pod, source: "file", restartPolicy: $0.restartPolicy, containers: $0.containers)
    }
  }

  /// The restart policies that are possible for a pod whose specification is unknown. One of these labels shows that
  /// the pod belongs to a ReplicaSet, StatefulSet or DaemonSet, which allow only Always.
  func possiblePolicies(of sandbox: SandboxRecord) -> [RestartPolicy] {
    let labels = ["pod-template-hash", "controller-revision-hash"]
    return labels.contains { sandbox.status.labels[$0] != nil } ? [.always] : RestartPolicy.allCases
  }

  private func manifest(of pod: PodName, in manifests: [StaticPod]) -> StaticPod? {
    manifests.first { $0.defines(pod, onNode: node) }
  }
}
