internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// containerd's own interface beside CRI, as far as it shows what is on disk of a sandbox: what a restart will find.
enum ContainerdStore {
  static let service = "containerd.services.containers.v1.Containers"
  static let listPath = "/\(service)/List"

  /// The answer to `List`: every sandbox with the extension that holds its record.
  static func list(_ node: SimulatedNode) -> [UInt8] {
    node.sandboxes.all.reduce(into: []) { bytes, sandbox in
      let record = JSON.object([
        "Version": "v1", "Metadata": metadata(sandbox, isForgotten: node.isForgotten(sandbox.item)),
      ])
      let any = field(1, "github.com/containerd/cri/pkg/store/sandbox/Metadata") + field(2, record.bytes())
      let labels = sandbox.item.labels.map { ($0.key, $0.value) } + [("io.cri-containerd.kind", "sandbox")]
      let container =
        field(1, sandbox.id) + labels.flatMap { field(2, field(1, $0.0) + field(2, $0.1)) }
        + field(3, "registry.k8s.io/pause:3.9") + field(4, field(1, "io.containerd.runc.v2"))
        + field(6, "overlayfs") + field(7, sandbox.id)
        + field(10, field(1, "io.cri-containerd.sandbox.metadata") + field(2, any))
      bytes += field(1, container)
    }
  }

  private static func metadata(_ sandbox: SimulatedSandbox, isForgotten: Bool) -> JSON {
    let network = isForgotten ? nil : sandbox.status.network
    let additional = network?.additionalIPs.map { JSON($0.ip) } ?? []
    var info = sandbox
    if isForgotten { info.loseIPs() }
    return [
      "ID": JSON(sandbox.id), "Name": JSON(sandbox.reservedName), "Config": ContainerdInfo.config(sandbox),
      "NetNSPath": JSON(ContainerdInfo.networkNamespace(sandbox)), "IP": JSON(network?.ip ?? ""),
      "AdditionalIPs": additional.isEmpty ? .null : .array(additional),
      "RuntimeHandler": JSON(sandbox.item.runtimeHandler), "CNIResult": ContainerdInfo.cniResult(info),
      "ProcessLabel": "",
    ]
  }

  private static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  /// A length-delimited field of protobuf.
  private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    var head: [UInt8] = [UInt8(number << 3 | 2)]
    var length = bytes.count
    while length > 127 {
      head.append(UInt8(truncatingIfNeeded: length) | 128)
      length >>= 7
    }
    return head + [UInt8(length)] + bytes
  }
}

extension SimulatedNode {
  /// What containerd recorded of its disk holds until the simulation says something else.
  func isAnsweredByRecording(_ path: String) -> Bool {
    path == ContainerdStore.listPath && !sandboxes.all.contains { isForgotten($0.item) }
  }
}
