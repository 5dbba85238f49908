import CRINode
import CRISystem
import TestSupport

/// A wait that runs while a test changes the runtime.
final class Watch: Sendable {
  typealias Phase = ReadinessWait.Observation.Phase

  private let task: Task<ReadinessWait.Outcome, Never>
  private let observations = Locked<[ReadinessWait.Observation]>([])

  init(_ wait: ReadinessWait) {
    task = Task { [observations] in
      await wait.run { observation in observations.withLock { $0.append(observation) } }
    }
  }

  deinit { task.cancel() }

  var seen: [ReadinessWait.Observation] { observations.withLock { $0 } }

  /// The phases in their order. A slow response shows only that the machine is busy, unless it is the only phase.
  var phases: [Phase] {
    let all = seen.map(\.phase)
    let loud = all.filter { $0 != .silent }
    if loud == [.ready] || loud.isEmpty { return all }
    return loud.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  /// Returns true once a phase has been reported this many times; false if this never happens.
  func reaches(_ phase: Phase, times: Int = 1) async -> Bool {
    await eventually { [self] in seen.count { $0.phase == phase } >= times }
  }

  func cancel() { task.cancel() }

  var outcome: ReadinessWait.Outcome { get async { await task.value } }

  /// The time from the beginning to the first success.
  var readyAfter: Duration {
    get async throws {
      let outcome = await outcome
      guard case .ready(let after, _) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
      return after
    }
  }

  /// The last observation of a wait that timed out.
  var timedOut: ReadinessWait.Observation {
    get async throws {
      let outcome = await outcome
      guard case .timedOut(let last) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
      return last
    }
  }
}

struct UnexpectedOutcome: Error { let outcome: ReadinessWait.Outcome }
