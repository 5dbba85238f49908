import CRINode
import CRISystem
import TestSupport

/// A wait that goes on while a test does something to the runtime.
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

  /// In their order. That an answer took longer than one try says something of a busy machine, unless it is all there is.
  var phases: [Phase] {
    let all = seen.map(\.phase)
    let loud = all.filter { $0 != .silent }
    if loud == [.ready] || loud.isEmpty { return all }
    return loud.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  /// Returns once a phase was told so many times; false when it never is.
  func reaches(_ phase: Phase, times: Int = 1) async -> Bool {
    await eventually { [self] in seen.count { $0.phase == phase } >= times }
  }

  func cancel() { task.cancel() }

  var outcome: ReadinessWait.Outcome { get async { await task.value } }

  /// From the beginning to the first good answer.
  var readyAfter: Duration {
    get async throws {
      let outcome = await outcome
      guard case .ready(let after, _) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
      return after
    }
  }

  /// The last observation of a wait whose time was up.
  var timedOut: ReadinessWait.Observation {
    get async throws {
      let outcome = await outcome
      guard case .timedOut(let last) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
      return last
    }
  }
}

struct UnexpectedOutcome: Error { let outcome: ReadinessWait.Outcome }
