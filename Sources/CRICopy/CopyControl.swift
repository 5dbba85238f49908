internal import CRISystem

/// The state that a running copy shares with the code that watches or cancels it.
package final class CopyControl: Sendable {
  private struct State {
    var bytes = 0
    var total: Int?
    var isCancelled = false
  }

  private let state = Locked(State())

  package init() {}

  /// The number of bytes copied so far, and the total number if it is known.
  package var progress: (bytes: Int, total: Int?) { state.withLock { ($0.bytes, $0.total) } }

  package func cancel() { state.withLock { $0.isCancelled = true } }

  package var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Call this before each step.
  package func check() throws(CopyError) {
    if isCancelled { throw .cancelled }
  }

  /// Counts the bytes of an event. The size is known if a single file is copied.
  package func note(_ event: CopyEvent) {
    switch event {
    case .entry(let entry):
      guard case .regular(let size) = entry.kind, entry.path.isEmpty else { return }
      state.withLock { $0.total = size }
    case .bytes(let bytes): add(bytes.count)
    case .zeros(let count): add(count)
    case .skipped: break
    }
  }

  /// Sparse files may have any size, so the sum stops at the largest number.
  private func add(_ count: Int) {
    state.withLock {
      let (sum, overflows) = $0.bytes.addingReportingOverflow(count)
      $0.bytes = overflows ? .max : sum
    }
  }
}
