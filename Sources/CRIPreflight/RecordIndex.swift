internal import CRISnapshot

/// The records of sandboxes on disk by ID. They are indexed because a large node has thousands of them.
struct RecordIndex {
  let sandboxes: [String: DiskSandbox]
  let malformed: Set<String>
  /// The records in the sandbox store; empty if it could not be read.
  let store: [String: DiskSandbox]
  let malformedInStore: Set<String>

  init(_ records: DiskRecords, _ store: Observation<SandboxStore>?) {
    sandboxes = Dictionary(records.sandboxes.map { ($0.id, $0) }) { first, _ in first }
    malformed = Set(records.malformed)
    self.store = Dictionary((store?.value?.sandboxes ?? []).map { ($0.id, $0) }) { first, _ in first }
    malformedInStore = Set(store?.value?.malformed ?? [])
  }
}
