/// The part of a pod's specification by which kubelet decides, and which the CRI does not carry. It contains neither
/// arguments nor environment variables.
public struct PodSpecification: Hashable, Sendable {
  /// A container in the specification.
  public struct Container: Hashable, Sendable {
    /// The role of a container in its pod.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// An init container that ends before the next one begins.
      case initial = "init"
      /// An init container with restartPolicy Always, which runs beside the others.
      case sidecar
      /// A container in `containers`.
      case regular
    }

    /// The name in the specification.
    public var name: String
    /// The role in the pod.
    public var kind: Kind
    /// Its own policy (Kubernetes 1.34 and later, for regular and init containers); nil if the pod's policy applies.
    public var restartPolicy: RestartPolicy?
    /// The rules by exit code, in the order in which kubelet evaluates them.
    public var restartRules: [RestartRule]

    /// Creates a value with the given properties.
    public init(_ name: String, _ kind: Kind, restartPolicy: RestartPolicy? = nil, restartRules: [RestartRule] = []) {
      self.name = name
      self.kind = kind
      self.restartPolicy = restartPolicy
      self.restartRules = restartRules
    }
  }

  /// With the UID that the CRI has; that of a static pod is the hash of its manifest.
  public var pod: PodName
  /// The kind of the object that controls the pod, such as `Job`; nil if none does.
  public var owner: String?
  /// The annotation `kubernetes.io/config.source`: `api`, `file` or `http`; nil if it is missing.
  public var source: String?
  /// When kubelet starts the containers again; Always if the specification has none.
  public var restartPolicy: RestartPolicy
  /// In the order of the specification, the init containers first.
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

  /// The container with this name; nil if the specification has none.
  package subscript(_ name: String) -> Container? { containers.first { $0.name == name } }
}
