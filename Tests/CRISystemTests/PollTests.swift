import CRISystem
import Glibc
import Testing

struct PollTests {
  private let one: Int32
  private let other: Int32

  init() throws { (one, other) = try UnixSocket.pair() }

  private func isReady(_ timeout: Duration? = .zero) throws -> Poll.Readiness {
    try Poll.wait([(one, true, true)], timeout: timeout)[0]
  }

  @Test func whatASocketIsReadyFor() throws {
    defer { close(one) }
    #expect(try (isReady().readable, isReady().writable) == (false, true))
    var byte: UInt8 = 1
    #expect(send(other, &byte, 1, 0) == 1)
    #expect(try isReady().readable)
    #expect(try !Poll.wait([(one, false, false)], timeout: .zero)[0].readable)
    recv(one, &byte, 1, 0)
    close(other)
    #expect(try isReady().readable)
  }

  /// A descriptor that is not open is ready, so that using it reports the mistake.
  @Test func closedDescriptor() throws {
    close(one)
    close(other)
    #expect(try Poll.wait([(1_000_000, true, false)], timeout: .seconds(20))[0].readable)
  }

  /// When it comes back for the time, the time is over: a deadline looked at then has passed.
  @Test(arguments: [
    Duration.nanoseconds(1), .microseconds(1), .milliseconds(1), .microseconds(2500), .milliseconds(20),
  ])
  func timeIsOverWhenItReturns(timeout: Duration) throws {
    defer {
      close(one)
      close(other)
    }
    let end = ContinuousClock.now + timeout
    _ = try Poll.wait([(one, true, false)], timeout: timeout)
    #expect(ContinuousClock.now >= end)
  }

  @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(-1), .seconds(Int64.min)])
  func timeThatIsOverAlready(timeout: Duration) throws {
    defer {
      close(one)
      close(other)
    }
    let begin = ContinuousClock.now
    #expect(try !Poll.wait([(one, true, false)], timeout: timeout)[0].readable)
    #expect(ContinuousClock.now - begin < .seconds(10))
  }

  /// Longer than poll(2) can say: it waits, and does not come back at once.
  @Test(arguments: [Duration?.none, .seconds(86_401), .seconds(Int64.max)]) func longTime(timeout: Duration?) throws {
    let (one, other) = (one, other)
    defer { close(one) }
    let begin = ContinuousClock.now
    try Thread.detach {
      Thread.sleep(.milliseconds(30))
      close(other)
    }
    #expect(try isReadable(timeout))
    #expect(ContinuousClock.now - begin >= .milliseconds(25))
  }

  private func isReadable(_ timeout: Duration?) throws -> Bool {
    try Poll.wait([(one, true, false)], timeout: timeout)[0].readable
  }
}

struct WakePipeTests {
  @Test func wakesOnceForAnyNumber() throws {
    let pipe = try WakePipe()
    #expect(try !Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
    // More than fit: it never blocks.
    for _ in 0..<100_000 { pipe.wake() }
    #expect(try Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
    pipe.drain()
    #expect(try !Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
    pipe.drain()
    pipe.wake()
    #expect(try Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
  }
}
