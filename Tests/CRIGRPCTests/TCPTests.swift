import CRIGRPC
import CRIHTTP2
import CRISystem
import TestSupport
import Testing

/// Calls over TCP, which only traces use.
@Suite struct TCPTests {
  @Test(arguments: [SocketAddress.loopback(port: 0), .loopback6(port: 0)])
  func `a call over TCP succeeds`(address: SocketAddress) async throws {
    let server = try Server(at: .tcp(address)) { call in
      call.send(call.message)
      call.finish()
    }
    var bound = address
    bound.port = try #require(server.port)
    let channel = Channel(to: .tcp(bound))
    let big = [UInt8](repeating: 7, count: 3 << 20)
    #expect(await call(channel, big) == .success(big))
    #expect(await call(channel, [1]) == .success([1]))
    #expect(channel.peer == nil && channel.path == "\(bound)")
    server.stop()
  }

  @Test func `a refused connection is an error with the address`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let port = try listener.localPort()
    _ = consume listener
    let outcome = await call(Channel(to: .tcp(.loopback(port: port))), timeout: .seconds(30))
    #expect(outcome.error == .cannotConnect(path: "127.0.0.1:\(port)", .connectionRefused))
  }

  @Test func `a call to a server that never responds fails at the timeout`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0), backlog: 0)
    let port = try listener.localPort()
    let start = ContinuousClock.now
    // The listener's queue is full after the first calls: the kernel does not even establish the others.
    for _ in 0..<4 {
      let outcome = await call(Channel(to: .tcp(.loopback(port: port))), timeout: .milliseconds(200))
      #expect(outcome.isOverdue)
    }
    #expect(.now - start < .seconds(10))
    _ = consume listener
  }
}
