import CRISystem
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ThreadTests {
  @Test func `concurrent increments of a locked value are not lost`() async throws {
    let count = Locked(0)
    let ended = Locked(0)
    for _ in 0..<8 {
      try Thread.detach {
        for _ in 0..<10_000 { count.withLock { $0 += 1 } }
        ended.withLock { $0 += 1 }
      }
    }
    #expect(await eventually { ended.withLock { $0 } == 8 })
    #expect(count.withLock { $0 } == 80_000)
  }

  @Test func `an error in withLock releases the lock`() {
    let value = Locked(1)
    #expect(throws: Errno.again) {
      try value.withLock { value throws(Errno) in
        value = 2
        throw .again
      }
    }
    #expect(value.withLock { $0 } == 2)
  }

  @Test func `the closure of a thread is released when the thread ends`() async throws {
    final class Token: Sendable {}
    weak var token: Token?
    do {
      let strong = Token()
      token = strong
      try Thread.detach { _ = strong }
    }
    let observed = Locked(false)
    for _ in 0..<2000 where token != nil { try await Task.sleep(for: .milliseconds(2)) }
    observed.withLock { $0 = token == nil }
    #expect(observed.withLock { $0 })
  }

  @Test func `sleep lasts at least the given time`() {
    let begin = ContinuousClock.now
    Thread.sleep(.milliseconds(20))
    #expect(ContinuousClock.now - begin >= .milliseconds(20))
  }

  @Test func `pause lasts the given time and ends when the task is cancelled`() async {
    let begin = ContinuousClock.now
    await pause(.milliseconds(20))
    #expect(ContinuousClock.now - begin >= .milliseconds(20))
    await pause(.seconds(-1))
    let task = Task { await pause(.seconds(3600)) }
    task.cancel()
    await task.value
    #expect(ContinuousClock.now - begin < .seconds(60))
  }

  @Test func `all tasks run on a single thread`() async throws {
    let result = Locked<[Int]?>(nil)
    try Thread.detach {
      let value = try? SingleThread.run {
        await withTaskGroup(of: Int.self) { group in
          for number in 0..<100 {
            group.addTask {
              await pause(.milliseconds(1))
              return number
            }
          }
          return await group.reduce(into: [Int]()) { $0.append($1) }.sorted()
        }
      }
      result.withLock { $0 = value ?? [] }
    }
    #expect(await eventually { result.withLock { $0 } != nil })
    #expect(result.withLock { $0 } == Array(0..<100))
  }
}
