internal import CRIGRPC
internal import CRISystem

/// Waits between the attempts of one call until the runtime is ready.
final class ReadyWait: Sendable {
  private let path: String
  private let deadline: ContinuousClock.Instant?
  private let backoff = Locked(Backoff(first: .milliseconds(20), limit: .seconds(1)))

  /// - Parameters:
  ///   - path: The runtime's socket.
  ///   - deadline: The time at which waiting ends; nil for no limit.
  init(path: String, deadline: ContinuousClock.Instant?) {
    self.path = path
    self.deadline = deadline
  }

  /// Waits briefly, or until another process has created the socket.
  /// - Returns: Whether to try again; false if the error is not temporary, after the deadline, and when the task
  ///   is cancelled.
  func pause(after error: RPCError) async -> Bool {
    guard error.meansNotReady, !Task.isCancelled else { return false }
    let delay = min(backoff.withLock { $0.delay() }, deadline.map { $0 - .now } ?? .seconds(1))
    guard delay > .zero else { return false }
    if let watch = ReplacementWatch(path) {
      if await watch.pause(atMost: delay) { backoff.withLock { $0.reset() } }
    } else {
      await CRISystem.pause(delay)
    }
    return !Task.isCancelled && deadline.map { $0 > .now } ?? true
  }
}

extension RPCError {
  /// Whether the runtime has not executed the call because it is not running or has not recovered its state yet.
  fileprivate var meansNotReady: Bool {
    switch cause {
    case .cannotConnect(_, .noSuchFile), .cannotConnect(_, .connectionRefused), .cannotConnect(_, .again): true
    default: isNotInitialized
    }
  }
}
