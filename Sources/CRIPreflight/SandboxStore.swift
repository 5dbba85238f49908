package import CRIMessages
public import CRIProtobuf

/// containerd's sandbox store on disk (since 1.7), which exists in addition to the records of pause containers.
///
/// When it starts, 2.x reads the store after those records, for sandboxes that have no such record; 1.7 reads it only
/// in its sandbox mode.
public struct SandboxStore: Hashable, Sendable {
  /// The sandboxes of the CRI.
  public var sandboxes: [DiskSandbox]
  /// The creation time of each record without CRI data: a daemon exited while creating them (containerd#10848).
  public var withoutData: [String: Timestamp]
  /// The IDs of records that could not be decoded.
  public var malformed: [String]

  /// Creates a value with the given properties.
  public init(sandboxes: [DiskSandbox] = [], withoutData: [String: Timestamp] = [:], malformed: [String] = []) {
    self.sandboxes = sandboxes
    self.withoutData = withoutData
    self.malformed = malformed
  }
}

extension SandboxStore {
  /// Reads containerd's response.
  package init(_ records: [StoredSandbox]) {
    self.init()
    for record in records {
      let created = record.createdAt?.timestamp ?? .zero
      guard let bytes = record.extensions.first(where: { $0.key == "metadata" })?.value?.value else {
        withoutData[record.id] = created
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
