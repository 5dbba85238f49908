public import CRIMessages
internal import CRIProtobuf

/// A container: its status, and what only the verbose response contains.
public struct ContainerRecord: Hashable, Sendable {
  private struct Fields: Hashable, Sendable {
    var status: ContainerStatus
    var sandboxID: String
    var pid: Int32?
    var observed: ObservedContainer?
  }

  // The rules copy records often, and copying a status takes dozens of times as long.
  private var fields: Shared<Fields>

  /// CRI: `ContainerStatusResponse.status`.
  public var status: ContainerStatus {
    _read { yield fields.value.status }
    _modify { yield &fields.value.status }
  }
  /// CRI: `Container.pod_sandbox_id` from the list, because the status does not contain it.
  public var sandboxID: String {
    get { fields.value.sandboxID }
    set { fields.value.sandboxID = newValue }
  }
  /// The pid in the verbose response; nil if the runtime reports none. containerd keeps the pid of an exited process,
  /// so the pid is meaningful only for running containers.
  public var pid: Int32? {
    get { fields.value.pid }
    set { fields.value.pid = newValue }
  }
  /// What the kernel knows about the container; nil if this was not read.
  public var observed: ObservedContainer? {
    _read { yield fields.value.observed }
    _modify { yield &fields.value.observed }
  }

  /// Creates a value with the given properties.
  public init(
    status: ContainerStatus, sandboxID: String, pid: Int32? = nil, observed: ObservedContainer? = nil
  ) {
    var status = status
    status.annotations = Secrets.removed(from: status.annotations)
    fields = Shared(Fields(status: status, sandboxID: sandboxID, pid: pid, observed: observed))
  }

  /// The runtime's ID.
  public var id: String { status.id }
  /// CRI: `metadata.name`.
  public var name: String { status.metadata?.name ?? "" }
  /// CRI: `log_path`, absolute; empty if the container has no log.
  public var logPath: String { status.logPath }
  /// Whether the container is running.
  public var isRunning: Bool { status.state == .running }
  /// Whether the container has exited.
  public var hasEnded: Bool { status.state == .exited }
  /// kubelet's hash of the container's specification; nil if the annotation is missing.
  public var specHash: String? { status.annotations["io.kubernetes.container.hash"] }
  /// kubelet's count of restarts; nil if the annotation is missing.
  public var restartCount: String? { status.annotations["io.kubernetes.container.restartCount"] }
}
