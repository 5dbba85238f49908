import CRISystem
import Glibc
import TestSupport
import Testing

@Suite struct BackoffTests {
  @Test func `each delay is about twice the one before, up to the limit`() {
    var backoff = Backoff(first: .milliseconds(100), limit: .seconds(1))
    for expected in [100, 200, 400, 800, 1000, 1000, 1000] {
      let delay = backoff.delay()
      #expect(delay >= .milliseconds(expected) * 0.8 && delay <= min(.milliseconds(expected) * 1.2, .seconds(1)))
    }
    backoff.reset()
    #expect(backoff.delay() <= .milliseconds(120))
  }

  @Test func `delays vary`() {
    let delays = (0..<50).map { _ in
      var backoff = Backoff(first: .seconds(1), limit: .seconds(10))
      return backoff.delay()
    }
    #expect(Set(delays).count > 1)
  }
}

@Suite(.timeLimit(.minutes(1))) struct ReplacementWatchTests {
  @Test func `only a new file at the path ends the wait`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("socket")
    try TestFile.write("old", to: path)
    let watch = try #require(ReplacementWatch(path))
    try TestFile.write("noise", to: directory.file("other"))
    #expect(await watch.pause(atMost: .milliseconds(100)) == false)
    let wait = Task { await watch.pause(atMost: .seconds(50)) }
    try TestFile.write("new", to: directory.file("new"))
    try await Task.sleep(for: .milliseconds(50))
    #expect(rename(directory.file("new"), path) == 0)
    #expect(await wait.value)
  }

  @Test func `a cancelled task stops waiting`() async throws {
    let directory = try TemporaryDirectory()
    let watch = try #require(ReplacementWatch(directory.file("socket")))
    let begin = ContinuousClock.now
    let wait = Task { await watch.pause(atMost: .seconds(50)) }
    wait.cancel()
    #expect(await wait.value == false)
    #expect(ContinuousClock.now - begin < .seconds(20))
  }
}
