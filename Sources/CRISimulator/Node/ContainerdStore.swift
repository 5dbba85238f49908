internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// containerd's own Containers service, which returns the records of sandboxes and containers on disk: the state that
/// containerd will have after a restart.
enum ContainerdStore {
  static let service = "containerd.services.containers.v1.Containers"
  static let listPath = "/\(service)/List"

  /// Returns the response of `List`: every sandbox and container, with the extension that contains its record.
  /// - Parameters:
  ///   - request: The request. Only filters by kind are supported.
  ///   - recorded: A recorded response. Records are generated only for objects that it does not contain.
  static func list(_ node: SimulatedNode, _ request: [UInt8], after recorded: [UInt8] = []) -> [UInt8] {
    let filters = (try? ListStoredContainersRequest.decode(request))?.filters ?? []
    func isRequested(_ kind: String) -> Bool { filters.isEmpty || filters.contains { $0.hasSuffix("==\(kind)") } }
    let stored = (try? ListStoredContainersResponse.decode(recorded))?.containers ?? []
    let known = Set(stored.map(\.id))
    var bytes = recorded
    for sandbox in node.sandboxes.all where isRequested("sandbox") && !known.contains(sandbox.id) {
      bytes += record(
        sandbox.id, "sandbox", sandbox.item.labels, image: "registry.k8s.io/pause:3.9",
        metadata(sandbox, isForgotten: node.isForgotten(sandbox.item)))
    }
    for container in node.containers.all where isRequested("container") && !known.contains(container.id) {
      let pod = node.sandboxes[container.item.podSandboxID]
      let ownMetadata = container.item.metadata
      bytes += record(
        container.id, "container", container.item.labels, image: container.item.image?.image ?? "",
        [
          "ID": JSON(container.id),
          "Name": JSON("\(ownMetadata?.name ?? "")_\(pod?.reservedName ?? container.id)_\(ownMetadata?.attempt ?? 0)"),
          "SandboxID": JSON(container.item.podSandboxID),
          "Config": [
            "metadata": ["name": JSON(ownMetadata?.name ?? ""), "attempt": JSON(ownMetadata?.attempt ?? 0)],
            "labels": JSON(container.status.labels), "annotations": JSON(container.status.annotations),
          ],
        ])
    }
    return bytes
  }

  private static func record(
    _ id: String, _ kind: String, _ labels: StringMap, image: String, _ metadata: JSON
  ) -> [UInt8] {
    let document = JSON.object(["Version": "v1", "Metadata": metadata])
    let any = field(1, "github.com/containerd/cri/pkg/store/\(kind)/Metadata") + field(2, document.bytes())
    let all = labels.map { ($0.key, $0.value) } + [("io.cri-containerd.kind", kind)]
    let container =
      field(1, id) + all.flatMap { field(2, field(1, $0.0) + field(2, $0.1)) } + field(3, image)
      + field(4, field(1, "io.containerd.runc.v2")) + field(6, "overlayfs") + field(7, id)
      + field(10, field(1, "io.cri-containerd.\(kind).metadata") + field(2, any))
    return field(1, container)
  }

  private static func metadata(_ sandbox: SimulatedSandbox, isForgotten: Bool) -> JSON {
    let network = isForgotten ? nil : sandbox.status.network
    let additional = network?.additionalIPs.map { JSON($0.ip) } ?? []
    // The recorded info of a sandbox also determines its record on disk.
    let info = sandbox.verboseInfo?["info"].flatMap { try? JSON.parse($0) }
    let namespaces = info?["runtimeSpec"]?["linux"]?["namespaces"]?.arrayValue
    let path = namespaces?.first { $0["type"]?.stringValue == "network" }?["path"]?.stringValue
    let result = info?["cniResult"] ?? ContainerdInfo.cniResult(sandbox)
    return [
      "ID": JSON(sandbox.id), "Name": JSON(sandbox.reservedName), "Config": config(sandbox),
      "NetNSPath": JSON(path ?? ContainerdInfo.networkNamespace(sandbox)), "IP": JSON(network?.ip ?? ""),
      "AdditionalIPs": additional.isEmpty ? .null : .array(additional),
      "RuntimeHandler": JSON(sandbox.status.runtimeHandler), "CNIResult": isForgotten ? .null : result,
      "ProcessLabel": "",
    ]
  }

  /// Returns the configuration with the namespace modes, which are not part of the verbose info.
  private static func config(_ sandbox: SimulatedSandbox) -> JSON {
    let options = sandbox.status.linux?.namespaces?.options ?? NamespaceOption()
    var config = ContainerdInfo.config(sandbox)
    config["linux"] = [
      "security_context": [
        "namespace_options": [
          "network": JSON(options.network.rawValue), "pid": JSON(options.pid.rawValue),
          "ipc": JSON(options.ipc.rawValue),
        ]
      ]
    ]
    return config
  }

  private static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  /// Encodes a length-delimited protobuf field.
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
  /// Whether the recorded response of containerd's store is used, which requires that no simulated record lacks its
  /// addresses.
  func usesRecordedResponse(_ path: String) -> Bool {
    path == ContainerdStore.listPath && !sandboxes.all.contains { isForgotten($0.item) }
  }
}
