package import CRIMessages
public import CRIProtobuf

/// What containerd from 1.7 on has on disk of sandboxes, beside the records of their pause containers.
///
/// 2.x reads it when it starts, after those records, for the sandboxes that have none; 1.7 only in its sandbox mode.
public struct SandboxStore: Hashable, Sendable {
  /// The sandboxes of the CRI.
  public var sandboxes: [DiskSandbox]
  /// When each record was made that has nothing of the CRI in it: a daemon ended while it made them (containerd#10848).
  public var bare: [String: Timestamp]
  /// The ids of records that are there and were not understood.
  public var malformed: [String]

  public init(sandboxes: [DiskSandbox] = [], bare: [String: Timestamp] = [:], malformed: [String] = []) {
    self.sandboxes = sandboxes
    self.bare = bare
    self.malformed = malformed
  }
}

extension SandboxStore {
  /// Reads what containerd answered.
  package init(_ records: [StoredSandbox]) {
    self.init()
    for record in records {
      let created = record.createdAt?.timestamp ?? .zero
      guard let bytes = record.extensions.first(where: { $0.key == "metadata" })?.value?.value else {
        bare[record.id] = created
        continue
      }
      if let sandbox = DiskSandbox(id: record.id, created: created, image: "", sandboxer: record.sandboxer, bytes) {
        sandboxes.append(sandbox)
      } else {
        malformed.append(record.id)
      }
    }
  }
}
