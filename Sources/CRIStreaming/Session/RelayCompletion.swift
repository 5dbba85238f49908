internal import CRISystem

/// The state that the thread of a forwarded connection shares with the task that waits for its end.
final class RelayCompletion: Sendable {
  typealias Outcome = Result<Void, StreamingError>

  private struct State {
    var outcome: Outcome?
    var waiter: CheckedContinuation<Outcome, Never>?
    var isCancelled = false
  }

  private let state = Locked(State())
  private let pipe: WakePipe

  init() throws(Errno) { pipe = try WakePipe() }

  var wakeDescriptor: Int32 { pipe.descriptor }
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  func cancel() {
    state.withLock { $0.isCancelled = true }
    pipe.wake()
  }

  func finish(_ outcome: Outcome) {
    let waiter = state.withLock { state in
      state.outcome = outcome
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: outcome)
  }

  func result() async -> Outcome {
    await withCheckedContinuation { continuation in
      let outcome = state.withLock { state in
        if state.outcome == nil { state.waiter = continuation }
        return state.outcome
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }
}
