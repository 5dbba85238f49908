internal import CRICommandLine
internal import CRISystem

extension SignalWatch {
  /// Runs the work; if a signal arrives, cancels it and waits for it to end.
  /// - Parameter includesHangUp: Whether SIGHUP interrupts it too. If not, the work continues without a terminal.
  /// - Throws: What the work throws, or `InterruptedError`.
  func interrupting<Value: Sendable>(
    includesHangUp: Bool = true, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Step<Value>.self) { group in
      group.addTask { .done(try await work()) }
      group.addTask { .signal(await self.next()) }
      defer { group.cancelAll() }
      while let step = try await group.next() {
        switch step {
        case .done(let value): return value
        case .signal(let received?) where received.isHangUp && !includesHangUp:
          group.addTask { .signal(await self.next()) }
        case .signal(let received?): throw InterruptedError(signal: received)
        // The signals can no longer be watched; the work continues.
        case .signal(nil): continue
        }
      }
      throw CancellationError()
    }
  }

  private enum Step<Value: Sendable>: Sendable {
    case done(Value)
    case signal(Received?)
  }
}

/// A signal has interrupted the work.
struct InterruptedError: Error {
  let signal: SignalWatch.Received

  /// The error for a signal that arrived before the command was run.
  var before: Failure { Failure(.unreachable, "\(signal.name) before the command was run; nothing was changed") }
}
