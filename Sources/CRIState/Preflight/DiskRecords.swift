internal import CRIJSON
package import CRIMessages
public import CRIProtobuf

/// What containerd has on disk of sandboxes and containers: all that it will know of them after a restart.
public struct DiskRecords: Hashable, Sendable {
  public var sandboxes: [DiskSandbox]
  public var containers: [DiskContainer]
  /// The ids of records that are there and were not understood.
  public var malformed: [String]

  public init(sandboxes: [DiskSandbox] = [], containers: [DiskContainer] = [], malformed: [String] = []) {
    self.sandboxes = sandboxes
    self.containers = containers
    self.malformed = malformed
  }
}

/// A sandbox as containerd has it on disk: the extension `io.cri-containerd.sandbox.metadata` of its pause container, or
/// `metadata` in the store of sandboxes.
public struct DiskSandbox: Hashable, Sendable {
  public var id: String
  /// What no two sandboxes may share: `POD_NAMESPACE_UID_ATTEMPT`.
  public var name: String
  public var pod: PodName
  public var created: Timestamp
  /// The pause image that it was made from; empty where that is not told.
  public var image: String
  /// Whether its configuration asks for the host's network.
  public var isHostNetwork: Bool
  /// Path of the network namespace; empty on the host's network, and where it was lost.
  public var networkNamespace: String
  /// The primary address; empty on the host's network, and where it was never written down (containerd#7843).
  public var ip: String
  public var additionalIPs: [String]
  /// Whether there is a record of what CNI answered.
  public var hasCNIResult: Bool
  /// Who makes and ends it, `podsandbox` or `shim`, as the store of sandboxes tells from 2.0 on; else empty.
  public var sandboxer: String

  public init(
    id: String, name: String, pod: PodName, created: Timestamp = .zero, image: String = "",
    isHostNetwork: Bool = false, networkNamespace: String = "", ip: String = "", additionalIPs: [String] = [],
    hasCNIResult: Bool = false, sandboxer: String = ""
  ) {
    self.id = id
    self.name = name
    self.pod = pod
    self.created = created
    self.image = image
    self.isHostNetwork = isHostNetwork
    self.networkNamespace = networkNamespace
    self.ip = ip
    self.additionalIPs = additionalIPs
    self.hasCNIResult = hasCNIResult
    self.sandboxer = sandboxer
  }
}

/// A container as containerd has it on disk (its extension `io.cri-containerd.container.metadata`).
public struct DiskContainer: Hashable, Sendable {
  public var id: String
  /// What no two containers may share: `CONTAINER_POD_NAMESPACE_UID_ATTEMPT`.
  public var name: String
  public var sandboxID: String
  public var created: Timestamp

  public init(id: String, name: String, sandboxID: String, created: Timestamp = .zero) {
    self.id = id
    self.name = name
    self.sandboxID = sandboxID
    self.created = created
  }
}

extension DiskRecords {
  /// Reads what containerd answered; what belongs to nobody's pod is passed over.
  package init(_ records: [StoredContainer]) {
    self.init()
    for record in records {
      for entry in record.extensions {
        guard let bytes = entry.value?.value else { continue }
        switch entry.key {
        case "io.cri-containerd.sandbox.metadata":
          let created = record.createdAt?.timestamp ?? .zero
          if let sandbox = DiskSandbox(id: record.id, created: created, image: record.image, sandboxer: "", bytes) {
            sandboxes.append(sandbox)
          } else {
            malformed.append(record.id)
          }
        case "io.cri-containerd.container.metadata":
          if let container = DiskContainer(record, bytes) {
            containers.append(container)
          } else {
            malformed.append(record.id)
          }
        default: break
        }
      }
    }
  }
}

extension DiskSandbox {
  /// - Parameter bytes: the extension, whose form is the same wherever it is kept.
  init?(id: String, created: Timestamp, image: String, sandboxer: String, _ bytes: [UInt8]) {
    guard let metadata = Self.metadata(bytes), let name = metadata["Name"]?.stringValue else { return nil }
    let config = metadata["Config"]
    let pod = config?["metadata"]
    self.init(
      id: id, name: name,
      pod: PodName(
        namespace: pod?["namespace"]?.stringValue ?? "", name: pod?["name"]?.stringValue ?? "",
        uid: pod?["uid"]?.stringValue ?? ""),
      created: created, image: image, isHostNetwork: Self.isHostNetwork(config),
      networkNamespace: metadata["NetNSPath"]?.stringValue ?? "", ip: metadata["IP"]?.stringValue ?? "",
      additionalIPs: metadata["AdditionalIPs"]?.arrayValue?.compactMap(\.stringValue) ?? [],
      hasCNIResult: !(metadata["CNIResult"]?.isNull ?? true), sandboxer: sandboxer)
  }

  /// Go's JSON of the message: numbers for enums, nothing for zeros. The number or, from newer ones, its name.
  private static func isHostNetwork(_ config: JSON?) -> Bool {
    let network = config?["linux"]?["security_context"]?["namespace_options"]?["network"]
    return network?.intValue == Int64(NamespaceMode.node.rawValue) || network?.stringValue == "NODE"
  }

  /// The one version of the document that there has been.
  fileprivate static func metadata(_ bytes: [UInt8]) -> JSON? {
    guard let root = try? JSON.parse(bytes), root["Version"]?.stringValue == "v1" else { return nil }
    return root["Metadata"]
  }
}

extension DiskContainer {
  init?(_ record: StoredContainer, _ bytes: [UInt8]) {
    guard let metadata = DiskSandbox.metadata(bytes), let name = metadata["Name"]?.stringValue else { return nil }
    self.init(
      id: record.id, name: name, sandboxID: metadata["SandboxID"]?.stringValue ?? "",
      created: record.createdAt?.timestamp ?? .zero)
  }
}

extension StoredTime {
  var timestamp: Timestamp { Timestamp(nanoseconds: seconds &* 1_000_000_000 &+ Int64(nanos)) }
}
