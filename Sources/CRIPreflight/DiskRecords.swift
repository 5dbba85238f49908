internal import CRIJSON
package import CRIMessages
internal import CRIProtobuf

/// containerd's records of sandboxes and containers on disk, which are all that containerd will know after a restart.
public struct DiskRecords: Hashable, Sendable {
  /// A record that is labelled as belonging to the CRI but has no CRI data, so that containerd cannot load it when it
  /// starts.
  public struct RecordWithoutData: Hashable, Sendable {
    /// The runtime's ID.
    public var id: String
    /// Whether the record belongs to a sandbox.
    public var isSandbox: Bool

    /// Creates a value with the given properties.
    public init(id: String, isSandbox: Bool) {
      self.id = id
      self.isSandbox = isSandbox
    }
  }

  /// The sandboxes.
  public var sandboxes: [DiskSandbox]
  /// The containers.
  public var containers: [DiskContainer]
  /// The IDs of records that could not be decoded.
  public var malformed: [String]
  /// The records without any CRI data.
  public var withoutData: [RecordWithoutData]

  /// Creates a value with the given properties.
  public init(
    sandboxes: [DiskSandbox] = [], containers: [DiskContainer] = [], malformed: [String] = [],
    withoutData: [RecordWithoutData] = []
  ) {
    self.sandboxes = sandboxes
    self.containers = containers
    self.malformed = malformed
    self.withoutData = withoutData
  }
}

extension DiskRecords {
  /// Reads containerd's response. Records that do not belong to a pod are ignored.
  package init(_ records: [StoredContainer]) {
    self.init()
    for record in records {
      // containerd checks the label, and then requires the corresponding extension.
      if let kind = record.labels["io.cri-containerd.kind"],
        !record.extensions.contains(where: { $0.key == "io.cri-containerd.\(kind).metadata" && $0.value != nil })
      {
        withoutData.append(RecordWithoutData(id: record.id, isSandbox: kind == "sandbox"))
      }
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

extension DiskRecords {
  /// The document has had only one version so far.
  static func metadata(_ bytes: [UInt8]) -> JSON? {
    guard let root = try? JSON.parse(bytes), root["Version"]?.stringValue == "v1" else { return nil }
    return root["Metadata"]
  }

  static func map(_ object: JSON?) -> StringMap {
    StringMap((object?.objectValue ?? [:]).compactMap { key, value in value.stringValue.map { (key, $0) } })
  }

  static func number(_ value: JSON?) -> UInt32 { value?.intValue.flatMap { UInt32(exactly: $0) } ?? 0 }
}

extension StoredTime {
  var timestamp: Timestamp { Timestamp(nanoseconds: seconds &* 1_000_000_000 &+ Int64(nanos)) }
}
