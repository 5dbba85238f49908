internal import CRIJSON
internal import CRIMessages
public import CRIProtobuf
internal import CRISnapshot

/// A container's record on disk in containerd (its extension `io.cri-containerd.container.metadata`).
public struct DiskContainer: Hashable, Sendable {
  /// The container's configuration in that record (CRI: `ContainerConfig`).
  public struct Configuration: Hashable, Sendable {
    /// The name of the container in the pod.
    public var name: String
    /// The number of earlier attempts (CRI: `attempt`).
    public var attempt: UInt32
    /// The labels.
    public var labels: StringMap
    /// The annotations.
    public var annotations: StringMap

    /// Creates a value with the given properties.
    public init(name: String, attempt: UInt32, labels: StringMap, annotations: StringMap) {
      self.name = name
      self.attempt = attempt
      self.labels = labels
      self.annotations = Secrets.removed(from: annotations)
    }
  }

  /// The labels by which kubelet finds a container.
  static let identity: Set<String> = ["io.kubernetes.pod.uid", "io.kubernetes.container.name"]
  /// The annotation with the hash of the specification.
  static let hash = "io.kubernetes.container.hash"

  /// The runtime's ID.
  public var id: String
  /// The unique name `CONTAINER_POD_NAMESPACE_UID_ATTEMPT`.
  public var name: String
  /// The ID of the container's sandbox.
  public var sandboxID: String
  /// The time at which the container was created.
  public var created: Timestamp
  /// The container's configuration; nil if the record was truncated when it was read, so that there is nothing to
  /// compare.
  public var configuration: Configuration?

  /// Creates a value with the given properties.
  public init(
    id: String, name: String, sandboxID: String, created: Timestamp = .zero, configuration: Configuration? = nil
  ) {
    self.id = id
    self.name = name
    self.sandboxID = sandboxID
    self.created = created
    self.configuration = configuration
  }
}

extension DiskContainer {
  init?(_ record: StoredContainer, _ bytes: [UInt8]) {
    guard let metadata = DiskRecords.metadata(bytes), let name = metadata["Name"]?.stringValue else { return nil }
    let configuration = metadata["Config"].flatMap { config in
      config.objectValue.map { _ in
        Configuration(
          name: config["metadata"]?["name"]?.stringValue ?? "",
          attempt: DiskRecords.number(config["metadata"]?["attempt"]), labels: DiskRecords.map(config["labels"]),
          annotations: DiskRecords.map(config["annotations"]))
      }
    }
    self.init(
      id: record.id, name: name, sandboxID: metadata["SandboxID"]?.stringValue ?? "",
      created: record.createdAt?.timestamp ?? .zero, configuration: configuration)
  }
}
