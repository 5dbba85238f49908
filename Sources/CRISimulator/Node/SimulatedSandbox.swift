internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// A pod sandbox of the simulated runtime, with the values that the different calls return.
struct SimulatedSandbox: Record {
  /// The item in ListPodSandbox.
  var item: PodSandbox
  /// The response of PodSandboxStatus without `verbose`. containerd 2.3 and later return an `info` even there.
  var response: PodSandboxStatusResponse
  /// The `info` of the verbose response. If nil, it is generated when it is requested.
  var verboseInfo: StringMap?
  /// The item in ListPodSandboxStats. If nil, it is generated when it is requested.
  var stats: PodSandboxStats?

  var id: String { item.id }

  var status: PodSandboxStatus {
    get { response.status ?? PodSandboxStatus() }
    set { response.status = newValue }
  }

  var isReady: Bool { item.state == .ready }
  var isHostNetwork: Bool { status.linux?.namespaces?.options?.network == .node }

  /// The name that must be unique among the sandboxes of a runtime, in containerd's format.
  var reservedName: String { Self.reservedName(item.metadata ?? PodSandboxMetadata()) }

  static func reservedName(_ metadata: PodSandboxMetadata) -> String {
    "\(metadata.name)_\(metadata.namespace)_\(metadata.uid)_\(metadata.attempt)"
  }

  mutating func stop() {
    // containerd still returns the CNI result of a stopped sandbox.
    verboseInfo = verboseInfo ?? ContainerdInfo.of(self)
    item.state = .notReady
    status.state = .notReady
    if status.network != nil { status.network = PodSandboxNetworkStatus() }
    editInfo {
      $0["pid"] = 0; $0["processStatus"] = "deleted"; $0["netNamespaceClosed"] = true
    }
  }
}
