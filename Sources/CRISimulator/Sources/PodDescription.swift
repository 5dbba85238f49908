/// A pod in few words; what is not said is made up, the same each time for the same pod.
public struct PodDescription: Hashable, Sendable {
  public var name: String
  public var namespace: String
  /// Empty: derived from namespace and name.
  public var uid: String
  public var attempt: UInt32
  public var isReady: Bool
  public var isHostNetwork: Bool
  /// nil: the next free pair, IPv4 and IPv6.
  public var ips: [String]?
  public var runtimeHandler: String
  /// Beside those that kubelet sets.
  public var labels: [String: String]
  public var annotations: [String: String]
  public var containers: [ContainerDescription]
  /// Since when the pod has been there.
  public var age: Duration

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

/// A container in few words.
public struct ContainerDescription: Hashable, Sendable {
  public enum State: String, Hashable, Sendable, CaseIterable {
    case created, running, exited, unknown
  }

  public var name: String
  public var image: String
  public var state: State
  /// Of an exited container.
  public var exitCode: Int32
  /// How often kubelet has restarted it: its attempt.
  public var restarts: UInt32

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
