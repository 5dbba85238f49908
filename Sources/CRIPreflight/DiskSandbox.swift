internal import CRIJSON
public import CRIMessages
public import CRIProtobuf
public import CRISnapshot

/// A sandbox's record on disk in containerd: the extension `io.cri-containerd.sandbox.metadata` of its pause container,
/// or `metadata` in the sandbox store.
public struct DiskSandbox: Hashable, Sendable {
  /// The runtime's ID.
  public var id: String
  /// The unique name `POD_NAMESPACE_UID_ATTEMPT`.
  public var name: String
  /// The pod.
  public var pod: PodName
  /// The time at which the sandbox was created.
  public var created: Timestamp
  /// The pause image from which the sandbox was created; empty if it is not recorded.
  public var image: String
  /// The attempt in the sandbox's configuration (CRI: `PodSandboxMetadata.attempt`).
  public var attempt: UInt32
  /// The labels.
  public var labels: StringMap
  /// The annotations, except those that a snapshot leaves out.
  public var annotations: StringMap
  /// The name of the runtime handler; empty for the default one.
  public var runtimeHandler: String
  /// The namespace modes in the sandbox's configuration; an unset mode means POD, as in the CRI.
  public var namespaces: NamespaceOption
  /// The path of the network namespace; empty if the pod uses the host's network or if the path was lost.
  public var networkNamespace: String
  /// The primary address; empty if the pod uses the host's network or if the address was never recorded
  /// (containerd#7843).
  public var ip: String
  /// The addresses besides the primary one.
  public var additionalIPs: [String]
  /// The CNI result, sorted by name; nil if no result is recorded.
  public var interfaces: [NetworkInterface]?
  /// The component that creates and removes the sandbox, `podsandbox` or `shim`, as recorded in the sandbox store from
  /// 2.0 on; empty otherwise.
  public var sandboxer: String

  /// Whether the sandbox's configuration requests the host's network.
  public var isHostNetwork: Bool { namespaces.network == .node }

  /// Creates a value with the given properties.
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
  /// - Parameter bytes: The extension, which has the same format in both places.
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

  /// Go's JSON of the message: enums are numbers (or names in newer versions), and zero values are left out.
  private static func mode(_ value: JSON?) -> NamespaceMode {
    if let number = value?.intValue.flatMap({ Int32(exactly: $0) }) { return NamespaceMode(rawValue: number) }
    return NamespaceMode.knownValues.first { $0.protoName == value?.stringValue }?.value ?? .pod
  }
}
