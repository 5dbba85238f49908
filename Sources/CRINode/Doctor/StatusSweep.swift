internal import CRI
internal import CRIDoctor
internal import CRISystem

/// Reads the details of many objects with concurrent calls, some of which may hang.
///
/// The number of calls in flight is limited. If none of them completes for a while, more calls are started, so that
/// objects for which calls hang do not prevent the other objects from being read.
struct StatusSweep: Sendable {
  /// The number of calls in flight while calls complete.
  private static let window = 64
  /// The maximum number of calls in flight.
  private static let maximumWindow = 1024
  /// The number of failed calls after which no more calls are started.
  static let maximumFailures = 1000
  /// The time without a completed call after which the window grows.
  private static let growthDelay = Duration.milliseconds(100)

  /// The result of one call, with its duration.
  struct Entry<Record: Sendable>: Sendable {
    var result: Result<Record?, RPCError>
    var duration: Duration
  }

  private enum Progress<Record: Sendable>: Sendable {
    case completed(Int, Entry<Record>)
    case tick
  }

  /// The time after which no further call is started. The calls must end at this time too.
  let deadline: ContinuousClock.Instant
  /// The limit on all responses together. No further call is started when it is exceeded.
  let budget: ResponseBudget

  /// - Returns: The results by the index of the item. An item without a result is one for which no call was started.
  func run<Item: Sendable, Record: Sendable>(
    _ items: [Item], _ read: @escaping @Sendable (Item) async throws(RPCError) -> Record?
  ) async -> [Int: Entry<Record>] {
    var entries: [Int: Entry<Record>] = [:]
    guard !items.isEmpty else { return entries }
    await withTaskGroup(of: Progress<Record>.self) { group in
      var (next, running, window, failed, hasCompleted) = (0, 0, Self.window, 0, false)
      func startCalls() {
        while budget.excess == nil, failed < Self.maximumFailures, next < items.count, running < window,
          ContinuousClock.now < deadline
        {
          let (index, item) = (next, items[next])
          (next, running) = (next + 1, running + 1)
          group.addTask {
            let start = ContinuousClock.now
            let result: Result<Record?, RPCError>
            do throws(RPCError) { result = .success(try await read(item)) } catch { result = .failure(error) }
            return .completed(index, Entry(result: result, duration: start.duration(to: .now)))
          }
        }
      }
      func startTick() {
        group.addTask {
          await pause(Self.growthDelay)
          return .tick
        }
      }
      startCalls()
      startTick()
      while running > 0, let progress = await group.next() {
        switch progress {
        case .completed(let index, let entry):
          if case .failure = entry.result { failed += 1 }
          entries[index] = entry
          running -= 1
          hasCompleted = true
        case .tick:
          if !hasCompleted { window = min(window * 2, Self.maximumWindow) }
          hasCompleted = false
          startTick()
        }
        startCalls()
      }
      group.cancelAll()
    }
    return entries
  }
}
