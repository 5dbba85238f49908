/// Resumes a continuation once, whoever comes first.
final class Waiter: Sendable {
  private let state = Locked<(continuation: CheckedContinuation<Void, Never>?, isFinished: Bool)>((nil, false))

  func wait(_ continuation: CheckedContinuation<Void, Never>) {
    let isLate = state.withLock { state in
      if !state.isFinished { state.continuation = continuation }
      return state.isFinished
    }
    if isLate { continuation.resume() }
  }

  func finish() {
    let continuation = state.withLock { state in
      state.isFinished = true
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume()
  }
}
