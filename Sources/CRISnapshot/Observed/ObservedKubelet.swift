/// kubelet's own state on the node. Each source is read separately, and is nil if it does not exist.
public struct ObservedKubelet: Hashable, Sendable {
  /// The live processes of kubelet or of a program that contains it, such as k3s; empty if kubelet is not running.
  public var processes: Observation<[Instance]>?
  /// The root directory in which `podDirectories` were found; nil if there is none, or in a snapshot taken by an older
  /// `cri`.
  public var rootDirectory: String?
  /// The UIDs of the pods that have a directory; kubelet removes the directory once the pod has been deleted and its
  /// containers have exited.
  public var podDirectories: Observation<Set<String>>?
  /// The pods that kubelet starts from manifest files.
  public var staticPods: Observation<[StaticPod]>?
  /// The node's name according to kubelet's command line (`--hostname-override`); nil if it has no such option.
  public var nodeName: String?

  /// A kubelet process.
  public struct Instance: Hashable, Sendable {
    /// The process ID.
    public var pid: Int32
    /// The start time in clock ticks after boot.
    public var startTime: UInt64

    /// Creates a value with the given properties.
    public init(pid: Int32, startTime: UInt64) {
      self.pid = pid
      self.startTime = startTime
    }
  }

  /// Creates a value with the given properties.
  public init(
    processes: Observation<[Instance]>? = nil, rootDirectory: String? = nil,
    podDirectories: Observation<Set<String>>? = nil, staticPods: Observation<[StaticPod]>? = nil,
    nodeName: String? = nil
  ) {
    self.processes = processes
    self.rootDirectory = rootDirectory
    self.podDirectories = podDirectories
    self.staticPods = staticPods
    self.nodeName = nodeName
  }

  /// Whether kubelet was restarted; nil if this is unknown.
  package func wasRestarted(since before: ObservedKubelet?) -> Bool? {
    guard let earlier = before?.processes?.value, let now = processes?.value, !earlier.isEmpty, !now.isEmpty else {
      return nil
    }
    return Set(earlier).isDisjoint(with: now)
  }
}

/// A pod that kubelet starts from a file on the node.
public struct StaticPod: Hashable, Sendable {
  /// The pod's namespace.
  public var namespace: String
  /// The name in the file; kubelet appends a hyphen and the node's name.
  public var name: String
  /// The policy by which kubelet restarts the pod's containers.
  public var restartPolicy: RestartPolicy
  /// The containers; empty in a snapshot taken by an older `cri`.
  public var containers: [PodSpecification.Container]
  /// A value that changes whenever kubelet would give the pod another UID, which depends on the file's content and path; nil
  /// in a snapshot taken by an older `cri`.
  public var version: String?

  /// Creates a value with the given properties.
  public init(
    namespace: String, name: String, restartPolicy: RestartPolicy, containers: [PodSpecification.Container] = [],
    version: String? = nil
  ) {
    self.version = version
    self.namespace = namespace
    self.name = name
    self.restartPolicy = restartPolicy
    self.containers = containers
  }
}

extension StaticPod {
  /// Whether a pod comes from this manifest.
  ///
  /// kubelet appends the node's name, which is the host name with or without the domain. Any other suffix may be part of
  /// another pod's name: `etcd-backup` does not belong to `etcd`.
  /// - Parameter host: The host name of the node.
  package func defines(_ pod: PodName, onNode host: String) -> Bool {
    guard namespace == pod.namespace, pod.name.hasPrefix("\(name)-") else { return false }
    let (node, suffix) = (host.lowercased(), pod.name.dropFirst(name.count + 1))
    return suffix == node || suffix.hasPrefix("\(node).") || node.hasPrefix("\(suffix).")
  }
}

extension Snapshot {
  /// The node's name, as kubelet appends it to the names of static pods: the one on the kubelet command line, or else the
  /// host name, or else the only name with which every static pod belongs to a manifest. A single pod could also belong to
  /// the manifest of another pod.
  /// - Parameter manifests: The manifests of the static pods.
  package func nodeName(for manifests: [StaticPod]) -> String {
    let pods = Set(
      sandboxes.filter(\.isStatic).map { PodName(namespace: $0.pod.namespace, name: $0.pod.name, uid: "") })
    let known = [observed?.kubelet?.nodeName, host.name].compactMap(\.self)
    let fitting = known.first { name in
      pods.contains { pod in manifests.contains { $0.defines(pod, onNode: name) } }
    }
    if let fitting { return fitting }
    let candidates = pods.map { pod in
      Set(
        manifests.filter { $0.namespace == pod.namespace && pod.name.hasPrefix("\($0.name)-") }
          .map { String(pod.name.dropFirst($0.name.count + 1)) })
    }.filter { !$0.isEmpty }
    let common = candidates.dropFirst().reduce(candidates.first ?? []) { $0.intersection($1) }
    return candidates.count > 1 && common.count == 1 ? common.first ?? host.name : host.name
  }
}

/// The policy by which kubelet restarts a pod's containers, which is not part of the CRI.
public enum RestartPolicy: String, Hashable, Sendable, CaseIterable {
  case always = "Always"
  case onFailure = "OnFailure"
  case never = "Never"
}
