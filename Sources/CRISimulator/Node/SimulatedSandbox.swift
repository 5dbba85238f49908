internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// A pod sandbox as the runtime has it: what it answers in lists, and what it answers when asked for it alone.
struct SimulatedSandbox: Record {
  /// In ListPodSandbox.
  var item: PodSandbox
  /// From PodSandboxStatus without `verbose`; containerd from 2.3 has an `info` even there.
  var answer: PodSandboxStatusResponse
  /// The `info` of the verbose answer; nil: made from the rest when it is asked for.
  var verboseInfo: StringMap?
  /// From PodSandboxStats; nil: made up when they are asked for.
  var stats: PodSandboxStats?

  var id: String { item.id }

  var status: PodSandboxStatus {
    get { answer.status ?? PodSandboxStatus() }
    set { answer.status = newValue }
  }

  var isReady: Bool { item.state == .ready }
  var isHostNetwork: Bool { status.linux?.namespaces?.options?.network == .node }

  /// What no two sandboxes of a runtime may share, as containerd spells it.
  var reservedName: String { Self.reservedName(item.metadata ?? PodSandboxMetadata()) }

  static func reservedName(_ metadata: PodSandboxMetadata) -> String {
    "\(metadata.name)_\(metadata.namespace)_\(metadata.uid)_\(metadata.attempt)"
  }

  mutating func stop() {
    // containerd goes on showing the CNI result that it once had.
    verboseInfo = verboseInfo ?? ContainerdInfo.of(self)
    item.state = .notReady
    status.state = .notReady
    if status.network != nil { status.network = PodSandboxNetworkStatus() }
    editInfo {
      $0["pid"] = 0; $0["processStatus"] = "deleted"; $0["netNamespaceClosed"] = true
    }
  }
}
