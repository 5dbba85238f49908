import CRIMessages
public import CRIPreflight
public import CRISnapshot

extension DiskSandbox {
  /// Creates the complete record that containerd writes for a sandbox.
  public init(of record: SandboxRecord) {
    let pod = record.pod
    let attempt = record.status.metadata?.attempt ?? 0
    self.init(
      id: record.id, name: "\(pod.name)_\(pod.namespace)_\(pod.uid)_\(attempt)", pod: pod, attempt: attempt,
      labels: record.status.labels, annotations: record.status.annotations,
      runtimeHandler: record.status.runtimeHandler,
      namespaces: record.status.linux?.namespaces?.options ?? NamespaceOption(),
      networkNamespace: record.facts.networkNamespace ?? "", ip: record.ip,
      additionalIPs: Array(record.addresses.dropFirst()), interfaces: record.facts.interfaces)
  }
}

extension DiskContainer {
  /// Creates the complete record that containerd writes for a container.
  public init(of record: ContainerRecord) {
    let attempt = record.status.metadata?.attempt ?? 0
    self.init(
      id: record.id, name: "\(record.name)_\(record.sandboxID)_\(attempt)", sandboxID: record.sandboxID,
      configuration: Configuration(
        name: record.name, attempt: attempt, labels: record.status.labels, annotations: record.status.annotations))
  }
}
