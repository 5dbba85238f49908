public import CRIMessages
internal import CRIProtobuf

/// A pod's sandbox: its status, and what only the verbose response contains.
public struct SandboxRecord: Hashable, Sendable {
  private struct Fields: Hashable, Sendable {
    var status: PodSandboxStatus
    var facts: SandboxFacts
    var observed: ObservedSandbox?
  }

  // The rules copy records often, and copying a status takes dozens of times as long.
  private var fields: Shared<Fields>

  /// CRI: `PodSandboxStatusResponse.status`.
  public var status: PodSandboxStatus {
    _read { yield fields.value.status }
    _modify { yield &fields.value.status }
  }
  /// The facts from the verbose response.
  public var facts: SandboxFacts {
    _read { yield fields.value.facts }
    _modify { yield &fields.value.facts }
  }
  /// What the kernel and CNI know about the sandbox; nil if this was not read.
  public var observed: ObservedSandbox? {
    _read { yield fields.value.observed }
    _modify { yield &fields.value.observed }
  }

  /// Creates a value with the given properties.
  public init(status: PodSandboxStatus, facts: SandboxFacts = SandboxFacts(), observed: ObservedSandbox? = nil) {
    var status = status
    status.annotations = Secrets.removed(from: status.annotations)
    fields = Shared(Fields(status: status, facts: facts, observed: observed))
  }

  /// The runtime's ID.
  public var id: String { status.id }
  /// The pod that the sandbox belongs to.
  public var pod: PodName { PodName(status.metadata) }
  /// Whether the sandbox is ready.
  public var isReady: Bool { status.state == .ready }
  /// CRI: `linux.namespaces.options.network`; absent means POD, as kubelet reads it.
  public var isHostNetwork: Bool { status.linux?.namespaces?.options?.network == .node }
  /// Whether the sandbox's network namespace and address are permanently gone: without a namespace, containerd does not
  /// report an address.
  package var hasLostNetwork: Bool { ip.isEmpty && facts.isNetworkNamespaceClosed == true }
  /// Whether kubelet started the pod from a manifest file on the node.
  package var isStatic: Bool { status.annotations["kubernetes.io/config.source"] == "file" }
  /// CRI: `network.ip`; empty if the pod uses the host's network or the runtime has no address.
  public var ip: String { status.network?.ip ?? "" }
  /// All addresses, the primary one first.
  public var addresses: [String] {
    (ip.isEmpty ? [] : [ip]) + (status.network?.additionalIPs.map(\.ip) ?? [])
  }
}

/// The identity of a pod, regardless of its sandbox.
public struct PodName: Hashable, Sendable, CustomStringConvertible {
  /// The pod's namespace.
  public var namespace: String
  /// The pod's name.
  public var name: String
  /// The pod's UID in Kubernetes.
  public var uid: String

  /// Creates a value with the given properties.
  public init(namespace: String, name: String, uid: String) {
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }

  /// CRI: `PodSandbox.metadata`; empty if it is missing.
  public init(_ metadata: PodSandboxMetadata?) {
    self.init(namespace: metadata?.namespace ?? "", name: metadata?.name ?? "", uid: metadata?.uid ?? "")
  }

  /// The name in the usual form, such as `kube-system/coredns`.
  public var description: String { "\(namespace)/\(name)" }
}
