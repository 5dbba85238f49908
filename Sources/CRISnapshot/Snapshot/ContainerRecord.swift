public import CRIMessages
internal import CRIProtobuf

/// A container: its status, and what only the verbose answer tells.
public struct ContainerRecord: Hashable, Sendable {
  /// CRI: `ContainerStatusResponse.status`.
  public var status: ContainerStatus
  /// CRI: `Container.pod_sandbox_id`, from the list: the status does not carry it.
  public var sandboxID: String
  /// Process id from the verbose answer; nil where the runtime does not tell.
  /// containerd keeps the old one of a process that has gone, so that it counts only for running containers.
  public var pid: Int32?
  /// What the kernel knows of it; nil where nobody asked.
  public var observed: ObservedContainer?

  public init(
    status: ContainerStatus, sandboxID: String, pid: Int32? = nil, observed: ObservedContainer? = nil
  ) {
    self.status = status
    self.status.annotations = Secrets.removed(from: status.annotations)
    self.sandboxID = sandboxID
    self.pid = pid
    self.observed = observed
  }

  public var id: String { status.id }
  /// CRI: `metadata.name`.
  public var name: String { status.metadata?.name ?? "" }
  /// CRI: `log_path`, absolute; empty where it has no log.
  public var logPath: String { status.logPath }
  public var isRunning: Bool { status.state == .running }
  public var hasEnded: Bool { status.state == .exited }
  /// Kubelet's hash of the container's specification; nil where the annotation is missing.
  public var specHash: String? { status.annotations["io.kubernetes.container.hash"] }
  /// Kubelet's count of restarts; nil where the annotation is missing.
  public var restartCount: String? { status.annotations["io.kubernetes.container.restartCount"] }
}
