internal import CRIJSON
package import CRIMessages
internal import CRIProtobuf

/// What containerd has on disk of sandboxes and containers: all that it will know of them after a restart.
public struct DiskRecords: Hashable, Sendable {
  /// A record that is marked as one of the CRI's and has nothing of the CRI in it: each start fails to load it.
  public struct Bare: Hashable, Sendable {
    public var id: String
    public var isSandbox: Bool

    public init(id: String, isSandbox: Bool) {
      self.id = id
      self.isSandbox = isSandbox
    }
  }

  public var sandboxes: [DiskSandbox]
  public var containers: [DiskContainer]
  /// The ids of records that are there and were not understood.
  public var malformed: [String]
  public var bare: [Bare]

  public init(
    sandboxes: [DiskSandbox] = [], containers: [DiskContainer] = [], malformed: [String] = [], bare: [Bare] = []
  ) {
    self.sandboxes = sandboxes
    self.containers = containers
    self.malformed = malformed
    self.bare = bare
  }
}

extension DiskRecords {
  /// Reads what containerd answered; what belongs to nobody's pod is passed over.
  package init(_ records: [StoredContainer]) {
    self.init()
    for record in records {
      // containerd goes by the label, and then needs what belongs to it.
      if let kind = record.labels["io.cri-containerd.kind"],
        !record.extensions.contains(where: { $0.key == "io.cri-containerd.\(kind).metadata" && $0.value != nil })
      {
        bare.append(Bare(id: record.id, isSandbox: kind == "sandbox"))
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
  /// The one version of the document that there has been.
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
