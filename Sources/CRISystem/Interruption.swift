internal import Glibc

/// SIGINT and SIGTERM as an event, for work that would leave something behind if the process just ended.
package enum Interruption {
  /// What interrupted work ends with.
  package struct Interrupted: Error, CustomStringConvertible {
    package var description: String { "interrupted" }
  }

  private struct State: Sendable {
    var isWatched = false
    var isRaised = false
    var waiter: Waiter?
  }

  private static let state = Locked(State())

  /// From now on the first signal cancels what runs in `cancelling`, and the second one ends the process.
  /// To be called before other threads are there, which could take the signal. The corresponding C function is `sigwait`.
  package static func watch() throws(Errno) {
    let isWatched = state.withLock { state in
      defer { state.isWatched = true }
      return state.isWatched
    }
    if isWatched { return }
    var signals = signals
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    try Thread.detach {
      wait()
      let waiter = state.withLock { state in
        state.isRaised = true
        return state.waiter
      }
      waiter?.finish()
      _exit(128 + wait())
    }
  }

  private static var signals: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    return signals
  }

  @discardableResult private static func wait() -> Int32 {
    var signals = signals
    var number: Int32 = 0
    while sigwait(&signals, &number) != 0 {}
    return number
  }

  /// Runs work to its end, cancelled when the signal comes.
  /// - Returns: what it makes, also where the signal came too late to stop it.
  /// - Throws: `Interrupted` in place of the error that cancelled work ends with.
  package static func cancelling<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      if state.withLock({ $0.isRaised }) { throw Interrupted() }
      group.addTask { try await work() }
      group.addTask {
        await raised()
        return nil
      }
      var value: Value?
      do {
        for try await ended in group {
          value = value ?? ended
          // Either has ended: the other one is to.
          group.cancelAll()
        }
      } catch {
        throw state.withLock({ $0.isRaised }) ? Interrupted() : error
      }
      guard let value else { throw Interrupted() }
      return value
    }
  }

  /// Ends with the signal, or with its task.
  private static func raised() async {
    let waiter = Waiter()
    let isRaised = state.withLock { state in
      state.waiter = waiter
      return state.isRaised
    }
    if isRaised { return }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter.wait($0) }
    } onCancel: {
      waiter.finish()
    }
  }
}
