internal import CRIJSON
public import CRIMessages
public import CRIProtobuf
public import CRISnapshot

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
  /// CRI: `PodSandboxMetadata.attempt` of its configuration.
  public var attempt: UInt32
  public var labels: StringMap
  /// Without what a snapshot leaves out.
  public var annotations: StringMap
  public var runtimeHandler: String
  /// Of its configuration; the modes that are not set are POD, as the interface has it.
  public var namespaces: NamespaceOption
  /// Path of the network namespace; empty on the host's network, and where it was lost.
  public var networkNamespace: String
  /// The primary address; empty on the host's network, and where it was never written down (containerd#7843).
  public var ip: String
  public var additionalIPs: [String]
  /// What CNI answered, sorted by name; nil where there is no record of it.
  public var interfaces: [NetworkInterface]?
  /// Who makes and ends it, `podsandbox` or `shim`, as the store of sandboxes tells from 2.0 on; else empty.
  public var sandboxer: String

  /// Whether its configuration asks for the host's network.
  public var isHostNetwork: Bool { namespaces.network == .node }

  public init(
    id: String, name: String, pod: PodName, created: Timestamp = .zero, image: String = "", attempt: UInt32 = 0,
    labels: StringMap = [:], annotations: StringMap = [:], runtimeHandler: String = "",
    namespaces: NamespaceOption = NamespaceOption(), networkNamespace: String = "", ip: String = "",
    additionalIPs: [String] = [], interfaces: [NetworkInterface]? = nil, sandboxer: String = ""
  ) {
    self.id = id
    self.name = name
    self.pod = pod
    self.created = created
    self.image = image
    self.attempt = attempt
    self.labels = labels
    self.annotations = Secrets.removed(from: annotations)
    self.runtimeHandler = runtimeHandler
    self.namespaces = namespaces
    self.networkNamespace = networkNamespace
    self.ip = ip
    self.additionalIPs = additionalIPs
    self.interfaces = interfaces
    self.sandboxer = sandboxer
  }
}

extension DiskSandbox {
  /// - Parameter bytes: the extension, whose form is the same wherever it is kept.
  init?(id: String, created: Timestamp, image: String, sandboxer: String, _ bytes: [UInt8]) {
    guard let metadata = DiskRecords.metadata(bytes), let name = metadata["Name"]?.stringValue else { return nil }
    let config = metadata["Config"]
    let pod = config?["metadata"]
    self.init(
      id: id, name: name,
      pod: PodName(
        namespace: pod?["namespace"]?.stringValue ?? "", name: pod?["name"]?.stringValue ?? "",
        uid: pod?["uid"]?.stringValue ?? ""),
      created: created, image: image, attempt: DiskRecords.number(pod?["attempt"]),
      labels: DiskRecords.map(config?["labels"]), annotations: DiskRecords.map(config?["annotations"]),
      runtimeHandler: metadata["RuntimeHandler"]?.stringValue ?? "",
      namespaces: Self.namespaces(config?["linux"]?["security_context"]?["namespace_options"]),
      networkNamespace: metadata["NetNSPath"]?.stringValue ?? "", ip: metadata["IP"]?.stringValue ?? "",
      additionalIPs: metadata["AdditionalIPs"]?.arrayValue?.compactMap(\.stringValue) ?? [],
      interfaces: SandboxFacts.interfaces(ofContainerd: metadata["CNIResult"]), sandboxer: sandboxer)
  }

  private static func namespaces(_ options: JSON?) -> NamespaceOption {
    let users = options?["userns_options"].map { UserNamespace(mode: mode($0["mode"])) }
    return NamespaceOption(
      network: mode(options?["network"]), pid: mode(options?["pid"]), ipc: mode(options?["ipc"]), usernsOptions: users)
  }

  /// Go's JSON of the message: numbers for enums, nothing for zeros. The number or, from newer ones, its name.
  private static func mode(_ value: JSON?) -> NamespaceMode {
    if let number = value?.intValue.flatMap({ Int32(exactly: $0) }) { return NamespaceMode(rawValue: number) }
    return NamespaceMode.knownValues.first { $0.protoName == value?.stringValue }?.value ?? .pod
  }
}
