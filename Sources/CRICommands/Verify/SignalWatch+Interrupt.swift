internal import CRICommandLine
internal import CRISystem

extension SignalWatch {
  /// Runs work that a signal cuts short: it is cancelled then, and waited for.
  /// - Throws: what the work throws; `CutShort`.
  func interrupting<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await withThrowingTaskGroup(of: Step<Value>.self) { group in
      group.addTask { .done(try await work()) }
      group.addTask { .signal(await self.next()) }
      defer { group.cancelAll() }
      while let step = try await group.next() {
        switch step {
        case .done(let value): return value
        case .signal(let received?): throw CutShort(signal: received)
        // Nothing could wait for one: the work goes on.
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

/// A signal has ended what was being done.
struct CutShort: Error {
  let signal: SignalWatch.Received

  /// The line for one that came in time.
  var before: Failure { Failure(.unreachable, "\(signal.name) before the command was run: nothing was changed") }
}
