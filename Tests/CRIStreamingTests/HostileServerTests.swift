import CRISystem
import TestSupport
import Testing

@testable import CRIStreaming

/// Servers that answer what they should not. No session may hang, or succeed.
@Suite(.timeLimit(.minutes(5))) struct HostileServerTests {
  private static let upgrade = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
  private static let upgraded = "\(upgrade)X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"

  static let heads: [(answer: [UInt8], code: StreamingError.Code)] = [
    (Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".utf8), .upgradeRefused(status: 200)),
    (Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8), .upgradeRefused(status: 404)),
    (Array("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n".utf8), .redirected),
    (Array("HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".utf8), .upgradeRefused(status: 101)),
    (Array("\(upgrade)X-Stream-Protocol-Version: v9.channel.k8s.io\r\n\r\n".utf8), .protocolViolation),
    (Array("SSH-2.0-OpenSSH\r\n".utf8), .protocolViolation),
    (Array("HTTP/1.1 101 x\r\n".utf8), .connectionLost),
    ([], .connectionLost),
    (Array("HTTP/1.1 101 x\r\nA: ".utf8) + [UInt8](repeating: 65, count: 40_000), .protocolViolation),
    (
      Array("HTTP/1.1 101 x\r\n".utf8) + Array(repeatElement(Array("A: b\r\n".utf8), count: 200).joined()) + [13, 10],
      .protocolViolation
    ),
    (Array("HTTP/1.1 403 x\r\n\r\n".utf8) + [UInt8](repeating: 65, count: 1 << 20), .upgradeRefused(status: 403)),
    // After the upgrade: no SPDY, an unknown version, a frame that is too large, an end.
    (Array(upgraded.utf8) + [0x80, 2, 0, 1, 0, 0, 0, 0], .protocolViolation),
    (Array(upgraded.utf8) + [0x80, 3, 0, 2, 0, 0xff, 0xff, 0xff], .protocolViolation),
    (
      Array(upgraded.utf8) + [0x80, 3, 0, 2, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff],
      .protocolViolation
    ),
    (Array(upgraded.utf8), .connectionLost),
  ]

  @Test(arguments: heads.indices) func `a wrong answer is an error`(index: Int) async throws {
    let server = try StreamServer(on: .loopback(port: 0)) { _ in .raw(Self.heads[index].answer) }
    let options = StreamingOptions(transport: .only(.spdy), setupTimeout: .seconds(20))
    let start = ContinuousClock.now
    do {
      let session = try await Session.open(RemoteCommandStreams(), options: options) { server.url }
      _ = try await session.result()
      Issue.record("the session succeeded")
    } catch let error as StreamingError {
      #expect(error.code == Self.heads[index].code, "\(error)")
    }
    #expect(.now - start < .seconds(15))
  }

  @Test func `a server that never answers ends with the time for the setup`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let url = "http://127.0.0.1:\(try listener.localPort())/x"
    let start = ContinuousClock.now
    let options = StreamingOptions(setupTimeout: .milliseconds(300))
    do {
      _ = try await Session.open(RemoteCommandStreams(), options: options) { url }
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.code == .timedOut) }
    #expect(.now - start < .seconds(10))
    _ = consume listener
  }

  @Test func `a server that accepts no streams ends with the time for the setup`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let url = "http://127.0.0.1:\(try listener.localPort())/x"
    let answer = Array(Self.upgraded.utf8)
    let number = listener.release()
    try Thread.detach {
      let listener = Descriptor(owning: number)
      guard let socket = try? TCPSocket.accept(on: listener, patiently: true) else { return }
      _ = try? socket.send(answer, from: 0)
      Thread.sleep(.seconds(3))
    }
    let options = StreamingOptions(transport: .only(.spdy), setupTimeout: .seconds(1))
    do {
      _ = try await Session.open(RemoteCommandStreams(), options: options) { url }
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.code == .timedOut) }
  }

  @Test func `opening can be cancelled`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let url = "http://127.0.0.1:\(try listener.localPort())/x"
    let start = ContinuousClock.now
    let task = Task { try await Session.open(RemoteCommandStreams()) { url } }
    try await Task.sleep(for: .milliseconds(100))
    task.cancel()
    await #expect(throws: StreamingError.self) { try await task.value }
    #expect(.now - start < .seconds(5))
    _ = consume listener
  }

  @Test func `a host that is not this machine is never connected to`() async throws {
    do {
      _ = try await Session.open(RemoteCommandStreams()) { "http://192.0.2.1:9/x" }
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.refusedHost == "192.0.2.1") }
  }

  @Test func `https says that it is not supported`() async throws {
    do {
      _ = try await Session.open(RemoteCommandStreams()) { "https://127.0.0.1:9/x" }
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.code == .unsupportedTLS) }
  }
}

extension TCPSocket {
  /// Waits for a connection.
  static func accept(on listener: borrowing Descriptor, patiently: Bool) throws -> Descriptor {
    while true {
      _ = try Poll.wait([(listener.rawValue, true, false)], timeout: .seconds(30))
      if let socket = try accept(on: listener) { return socket }
    }
  }
}
