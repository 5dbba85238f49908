package import CRI

/// Options for the examination of a node.
public struct DoctorOptions: Hashable, Sendable {
  /// The program that examines the node, such as `cri 0.1.0`.
  public var tool: String
  /// The time in which all calls to the runtime must complete.
  public var deadline: Duration
  /// Whether to also read what takes longer: statistics, mounts and cgroups.
  public var isDeep: Bool
  /// Whether to read the last lines of the logs of containers that keep failing. Such lines come from the containers,
  /// and may be confidential.
  public var readsLogs = false
  /// The paths of the node's files; tests use different ones.
  package var paths = NodePaths()
  /// The sockets on which another runtime may listen; tests use different ones.
  package var runtimes = Endpoint.wellKnown

  /// Creates options.
  public init(tool: String, deadline: Duration = .seconds(5), isDeep: Bool = false) {
    self.tool = tool
    self.deadline = deadline
    self.isDeep = isDeep
  }
}
