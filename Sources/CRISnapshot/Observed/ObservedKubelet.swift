/// What kubelet itself has on the node. Each source was read by itself: nil where there is none of its kind.
public struct ObservedKubelet: Hashable, Sendable {
  /// Its live processes, or those of what it is a part of, such as k3s; none where it does not run.
  public var processes: Observation<[Instance]>?
  /// The uids of the pods that it has a folder for: it removes the folder once a pod is deleted and has ended.
  public var podFolders: Observation<Set<String>>?
  /// What it starts from files.
  public var staticPods: Observation<[StaticPod]>?

  public struct Instance: Hashable, Sendable {
    public var pid: Int32
    /// Clock ticks after boot at which it began.
    public var startTime: UInt64

    public init(pid: Int32, startTime: UInt64) {
      self.pid = pid
      self.startTime = startTime
    }
  }

  public init(
    processes: Observation<[Instance]>? = nil, podFolders: Observation<Set<String>>? = nil,
    staticPods: Observation<[StaticPod]>? = nil
  ) {
    self.processes = processes
    self.podFolders = podFolders
    self.staticPods = staticPods
  }

  /// Whether kubelet was started anew; nil where nobody can say.
  package func wasRestarted(since before: ObservedKubelet?) -> Bool? {
    guard let was = before?.processes?.value, let now = processes?.value, !was.isEmpty, !now.isEmpty else { return nil }
    return Set(was).isDisjoint(with: now)
  }
}

/// A pod that kubelet starts from a file on the node.
public struct StaticPod: Hashable, Sendable {
  public var namespace: String
  /// As in the file: kubelet adds a hyphen and the node's name.
  public var name: String
  public var restartPolicy: RestartPolicy

  public init(namespace: String, name: String, restartPolicy: RestartPolicy) {
    self.namespace = namespace
    self.name = name
    self.restartPolicy = restartPolicy
  }
}

/// When kubelet starts a pod's containers again. The CRI does not carry it.
public enum RestartPolicy: String, Hashable, Sendable, CaseIterable {
  case always = "Always"
  case onFailure = "OnFailure"
  case never = "Never"
}
