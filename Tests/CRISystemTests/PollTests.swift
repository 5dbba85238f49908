import CRISystem
import Glibc
import Testing

struct PollTests {
  private let socket: Int32
  private let peer: Int32

  init() throws { (socket, peer) = try UnixSocket.pair() }

  private func isReady(_ timeout: Duration? = .zero) throws -> Poll.Readiness {
    try Poll.wait([(socket, true, true)], timeout: timeout)[0]
  }

  @Test func `a socket is readable if it has data or the peer has closed it`() throws {
    defer { close(socket) }
    #expect(try (isReady().readable, isReady().writable) == (false, true))
    var byte: UInt8 = 1
    #expect(send(peer, &byte, 1, 0) == 1)
    #expect(try isReady().readable)
    #expect(try !Poll.wait([(socket, false, false)], timeout: .zero)[0].readable)
    recv(socket, &byte, 1, 0)
    close(peer)
    #expect(try isReady().readable)
  }

  @Test func `a descriptor that is not open counts as readable`() throws {
    close(socket)
    close(peer)
    #expect(try Poll.wait([(1_000_000, true, false)], timeout: .seconds(20))[0].readable)
  }

  @Test(arguments: [
    Duration.nanoseconds(1), .microseconds(1), .milliseconds(1), .microseconds(2500), .milliseconds(20),
  ])
  func `the deadline has passed when a wait times out`(timeout: Duration) throws {
    defer {
      close(socket)
      close(peer)
    }
    let end = ContinuousClock.now + timeout
    _ = try Poll.wait([(socket, true, false)], timeout: timeout)
    #expect(ContinuousClock.now >= end)
  }

  @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(-1), .seconds(Int64.min)])
  func `a timeout of zero or less does not wait`(timeout: Duration) throws {
    defer {
      close(socket)
      close(peer)
    }
    let begin = ContinuousClock.now
    #expect(try !Poll.wait([(socket, true, false)], timeout: timeout)[0].readable)
    #expect(ContinuousClock.now - begin < .seconds(10))
  }

  @Test(arguments: [Duration?.none, .seconds(86_401), .seconds(Int64.max)])
  func `a timeout longer than poll supports does not end early`(timeout: Duration?) throws {
    let (socket, peer) = (socket, peer)
    defer { close(socket) }
    let begin = ContinuousClock.now
    try Thread.detach {
      Thread.sleep(.milliseconds(30))
      close(peer)
    }
    #expect(try isReadable(timeout))
    #expect(ContinuousClock.now - begin >= .milliseconds(25))
  }

  private func isReadable(_ timeout: Duration?) throws -> Bool {
    try Poll.wait([(socket, true, false)], timeout: timeout)[0].readable
  }
}

struct WakePipeTests {
  @Test func `any number of wakes makes the pipe readable until it is drained`() throws {
    let pipe = try WakePipe()
    #expect(try !Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
    // This is more than the pipe can hold, but `wake` never blocks.
    for _ in 0..<100_000 { pipe.wake() }
    #expect(try Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
    pipe.drain()
    #expect(try !Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
    pipe.drain()
    pipe.wake()
    #expect(try Poll.wait([(pipe.descriptor, true, false)], timeout: .zero)[0].readable)
  }
}
