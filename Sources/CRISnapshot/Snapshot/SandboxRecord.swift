public import CRIMessages
internal import CRIProtobuf

/// A pod's sandbox: its status, and what only the verbose answer tells.
public struct SandboxRecord: Hashable, Sendable {
  /// CRI: `PodSandboxStatusResponse.status`.
  public var status: PodSandboxStatus
  public var facts: SandboxFacts
  /// What the kernel and CNI know of it; nil where nobody asked.
  public var observed: ObservedSandbox?

  public init(status: PodSandboxStatus, facts: SandboxFacts = SandboxFacts(), observed: ObservedSandbox? = nil) {
    self.status = status
    self.status.annotations = Secrets.removed(from: status.annotations)
    self.facts = facts
    self.observed = observed
  }

  public var id: String { status.id }
  public var pod: PodName { PodName(status.metadata) }
  public var isReady: Bool { status.state == .ready }
  /// CRI: `linux.namespaces.options.network`, POD where absent, as kubelet reads it.
  public var isHostNetwork: Bool { status.linux?.namespaces?.options?.network == .node }
  /// Whether its network namespace is gone and its address with it, for ever: containerd looks at the one for the other.
  package var hasLostNetwork: Bool { ip.isEmpty && facts.isNetworkNamespaceClosed == true }
  /// Whether kubelet started it from a file on the node.
  package var isStatic: Bool { status.annotations["kubernetes.io/config.source"] == "file" }
  /// CRI: `network.ip`; empty on the host's network, and where the runtime has none.
  public var ip: String { status.network?.ip ?? "" }
  /// All addresses, the primary one first.
  public var addresses: [String] {
    (ip.isEmpty ? [] : [ip]) + (status.network?.additionalIPs.map(\.ip) ?? [])
  }
}

/// Who a pod is, whatever sandbox it has now.
public struct PodName: Hashable, Sendable, CustomStringConvertible {
  public var namespace: String
  public var name: String
  public var uid: String

  public init(namespace: String, name: String, uid: String) {
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }

  /// CRI: `PodSandbox.metadata`; empty where there is none.
  public init(_ metadata: PodSandboxMetadata?) {
    self.init(namespace: metadata?.namespace ?? "", name: metadata?.name ?? "", uid: metadata?.uid ?? "")
  }

  /// As people write it: `kube-system/coredns`.
  public var description: String { "\(namespace)/\(name)" }
}
