/// A brief description of a pod. Missing values are generated, and the same pod always has the same values.
public struct PodDescription: Hashable, Sendable {
  /// The name of the pod.
  public var name: String
  /// The Kubernetes namespace of the pod.
  public var namespace: String
  /// The UID of the pod. If it is empty, the UID is derived from namespace and name.
  public var uid: String
  /// The number of earlier sandboxes of the pod.
  public var attempt: UInt32
  /// Whether the sandbox is ready (`SANDBOX_READY`).
  public var isReady: Bool
  /// Whether the pod uses the node's network.
  public var isHostNetwork: Bool
  /// The addresses of the pod; nil for the next free pair of an IPv4 and an IPv6 address.
  public var ips: [String]?
  /// The runtime handler; empty for the default.
  public var runtimeHandler: String
  /// The labels, in addition to those that kubelet sets.
  public var labels: [String: String]
  /// The annotations, in addition to those that kubelet sets.
  public var annotations: [String: String]
  /// The containers of the pod.
  public var containers: [ContainerDescription]
  /// The time since the pod was created.
  public var age: Duration

  /// Creates a description; the default values are those of a pod that kubelet created an hour ago.
  public init(
    _ name: String, namespace: String = "default", uid: String = "", attempt: UInt32 = 0,
    isReady: Bool = true,
    isHostNetwork: Bool = false, ips: [String]? = nil, runtimeHandler: String = "",
    labels: [String: String] = [:],
    annotations: [String: String] = [:], containers: [ContainerDescription] = [],
    age: Duration = .seconds(3600)
  ) {
    self.name = name
    self.namespace = namespace
    self.uid = uid
    self.attempt = attempt
    self.isReady = isReady
    self.isHostNetwork = isHostNetwork
    self.ips = ips
    self.runtimeHandler = runtimeHandler
    self.labels = labels
    self.annotations = annotations
    self.containers = containers
    self.age = age
  }
}

/// A brief description of a container.
public struct ContainerDescription: Hashable, Sendable {
  /// The state of a container.
  public enum State: String, Hashable, Sendable, CaseIterable {
    case created, running, exited, unknown
  }

  /// The name of the container in the pod.
  public var name: String
  /// The name of the image.
  public var image: String
  /// The state of the container.
  public var state: State
  /// The exit code, if the container has exited.
  public var exitCode: Int32
  /// The number of times that kubelet has restarted the container, which is its attempt.
  public var restarts: UInt32

  /// Creates a description.
  public init(
    _ name: String, image: String = "registry.k8s.io/e2e-test-images/busybox:1.36.1-1",
    state: State = .running,
    exitCode: Int32 = 0, restarts: UInt32 = 0
  ) {
    self.name = name
    self.image = image
    self.state = state
    self.exitCode = exitCode
    self.restarts = restarts
  }
}
