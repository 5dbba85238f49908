/// The part of a pod's specification on which kubelet's decisions depend and which the CRI does not contain. It
/// includes neither arguments nor environment variables.
public struct PodSpecification: Hashable, Sendable {
  /// A container in the specification.
  public struct Container: Hashable, Sendable {
    /// The role of a container in its pod.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// An init container that exits before the next one is started.
      case initial = "init"
      /// An init container with restartPolicy Always, which runs alongside the other containers.
      case sidecar
      /// A container in `containers`.
      case regular
    }

    /// The name in the specification.
    public var name: String
    /// The role in the pod.
    public var kind: Kind
    /// The container's own policy (Kubernetes 1.34 and later, for regular and init containers); nil if the pod's policy
    /// applies.
    public var restartPolicy: RestartPolicy?
    /// The restart rules for exit codes, in the order in which kubelet evaluates them.
    public var restartRules: [RestartRule]

    /// Creates a value with the given properties.
    public init(_ name: String, _ kind: Kind, restartPolicy: RestartPolicy? = nil, restartRules: [RestartRule] = []) {
      self.name = name
      self.kind = kind
      self.restartPolicy = restartPolicy
      self.restartRules = restartRules
    }
  }

  /// The pod, with the UID that the CRI reports; for a static pod, that is the hash of its manifest.
  public var pod: PodName
  /// The kind of the object that controls the pod, such as `Job`; nil if none does.
  public var owner: String?
  /// The annotation `kubernetes.io/config.source`: `api`, `file` or `http`; nil if it is missing.
  public var source: String?
  /// The policy by which kubelet restarts the containers; Always if none is specified.
  public var restartPolicy: RestartPolicy
  /// The containers in the order of the specification, the init containers first.
  public var containers: [Container]

  /// Creates a value with the given properties.
  public init(
    pod: PodName, owner: String? = nil, source: String? = nil, restartPolicy: RestartPolicy, containers: [Container]
  ) {
    self.pod = pod
    self.owner = owner
    self.source = source
    self.restartPolicy = restartPolicy
    self.containers = containers
  }

  /// The container with this name; nil if the specification does not contain it.
  package subscript(_ name: String) -> Container? { containers.first { $0.name == name } }
}
