import CRIGzip
import CRISystem
import TestSupport
import Testing

@testable import CRIStreaming

/// Servers that send invalid data. No session may hang or succeed.
@Suite(.timeLimit(.minutes(5))) struct HostileServerTests {
  private static let upgradeHead = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
  private static let acceptedUpgrade = "\(upgradeHead)X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"

  static let invalidResponses: [(response: [UInt8], code: StreamingError.Code)] = [
    (Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".utf8), .upgradeRefused(status: 200)),
    (Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8), .upgradeRefused(status: 404)),
    (Array("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n".utf8), .redirected),
    (Array("HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".utf8), .upgradeRefused(status: 101)),
    (Array("\(upgradeHead)X-Stream-Protocol-Version: v9.channel.k8s.io\r\n\r\n".utf8), .protocolViolation),
    (Array("SSH-2.0-OpenSSH\r\n".utf8), .protocolViolation),
    (Array("HTTP/1.1 101 x\r\n".utf8), .connectionLost),
    ([], .connectionLost),
    (Array("HTTP/1.1 101 x\r\nA: ".utf8) + [UInt8](repeating: 65, count: 40_000), .protocolViolation),
    (
      Array("HTTP/1.1 101 x\r\n".utf8) + Array(repeatElement(Array("A: b\r\n".utf8), count: 200).joined()) + [13, 10],
      .protocolViolation
    ),
    (Array("HTTP/1.1 403 x\r\n\r\n".utf8) + [UInt8](repeating: 65, count: 1 << 20), .upgradeRefused(status: 403)),
    // After the upgrade: data that is not SPDY, an unknown version, a frame that is too large, the end of the
    // connection.
    (Array(acceptedUpgrade.utf8) + [0x80, 2, 0, 1, 0, 0, 0, 0], .protocolViolation),
    (Array(acceptedUpgrade.utf8) + [0x80, 3, 0, 2, 0, 0xff, 0xff, 0xff], .protocolViolation),
    (
      Array(acceptedUpgrade.utf8) + [0x80, 3, 0, 2, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff],
      .protocolViolation
    ),
    (Array(acceptedUpgrade.utf8), .connectionLost),
  ]

  @Test(arguments: invalidResponses.indices) func `an invalid response causes an error`(index: Int) async throws {
    let server = try StreamServer(on: .loopback(port: 0)) { _ in .raw(Self.invalidResponses[index].response) }
    let options = StreamingOptions(transport: .only(.spdy), setupTimeout: .seconds(20))
    let start = ContinuousClock.now
    do {
      let session = try await Session.open(RemoteCommandStreams(), options: options) { server.url }
      _ = try await session.result()
      Issue.record("the session succeeded")
    } catch let error as StreamingError {
      #expect(error.code == Self.invalidResponses[index].code, "\(error)")
      #expect(ErrorTextTests.identifiers(in: error.reason) == [], "\(error)")
    }
    #expect(.now - start < .seconds(15))
  }

  /// What a server sends after an upgrade to v4, and the expected error. Streams 1, 3 and 5 are the error stream, stdout
  /// and stderr; over WebSocket, channel 3 is the error stream.
  private static func frames() throws -> [(kind: StreamTransportKind, bytes: [UInt8], code: StreamingError.Code)] {
    var deflater = try Deflater(dictionary: SPDYDictionary.bytes)
    let bomb = UInt32(1).bigEndianBytes + (try deflater.compress([UInt8](repeating: 0, count: 40 << 20)))
    func spdy(_ frames: [SPDYFrame]) throws -> [UInt8] {
      var encoder = try SPDYFrameEncoder()
      var bytes: [UInt8] = []
      for id: UInt32 in [1, 3, 5] { try encoder.encode(.synReply(id: id, []), into: &bytes) }
      for frame in frames { try encoder.encode(frame, into: &bytes) }
      return bytes
    }
    func status(_ text: String) throws -> [UInt8] { try spdy([.data(id: 1, Array(text.utf8), isLast: true)]) }
    func message(_ text: String) -> [UInt8] { [0x82, UInt8(text.utf8.count + 1), 3] + text.utf8 }
    let impossible =
      #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"300"}]}}"#
    return [
      (.spdy, [0x80, 3, 0, 2] + UInt32(bomb.count).bigEndianBytes + bomb, .protocolViolation),
      (.spdy, try status("no JSON"), .malformedStatus), (.spdy, try status("{}"), .malformedStatus),
      (.spdy, try status("[]"), .malformedStatus), (.spdy, try status(impossible), .malformedStatus),
      (.spdy, try status(#"{"status":"Success""#), .malformedStatus), (.spdy, try status(""), .connectionLost),
      (.spdy, try status("{" + String(repeating: " ", count: 80 << 10)), .malformedStatus),
      (.spdy, try spdy([.goAway(lastStream: 5, .okay)]), .connectionLost),
      (.spdy, try spdy([.synStream(id: 2, [HTTPField("streamtype", "stdin")])]), .connectionLost),
      (.spdy, try spdy([.reset(id: 1, .internalError)]), .connectionLost),
      (.spdy, try spdy([.data(id: 99, [1, 2, 3], isLast: true)]), .connectionLost),
      (.spdy, Array(try spdy([]).dropLast(4)), .connectionLost),
      // A masked frame, a reserved bit, an unknown opcode, a fragmented ping, a length of 2^63, a message of 4 GiB.
      (.webSocket, [0x82, 0x81, 0, 0, 0, 0, 0], .protocolViolation), (.webSocket, [0xc2, 1, 1], .protocolViolation),
      (.webSocket, [0x83, 1, 1], .protocolViolation), (.webSocket, [0x09, 0], .protocolViolation),
      (.webSocket, [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], .protocolViolation),
      (.webSocket, [0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0], .protocolViolation),
      (.webSocket, message("no JSON") + [0x88, 2, 3, 0xe8], .malformedStatus),
      (.webSocket, message(impossible), .malformedStatus), (.webSocket, [0x88, 2, 3, 0xe8], .connectionLost),
      (.webSocket, [0x88, 0], .connectionLost), (.webSocket, [0x82, 2, 9, 1], .connectionLost),
    ]
  }

  @Test(arguments: 0..<24) func `invalid frames cause an error`(index: Int) async throws {
    let (kind, bytes, code) = try #require(try Self.frames()[index...].first)
    let server = try StreamServer(on: .loopback(port: 0)) { offer in
      .raw((UpgradeResponse.accept(offer, protocolName: "v4.channel.k8s.io") ?? []) + bytes)
    }
    let start = ContinuousClock.now
    do {
      let options = StreamingOptions(transport: .only(kind), setupTimeout: .seconds(60))
      let session = try await Session.open(RemoteCommandStreams(), options: options) { server.url }
      let result = try await session.result()
      Issue.record("the session succeeded: \(result)")
    } catch let error as StreamingError {
      #expect(error.code == code, "\(error)")
      // The error quotes the malformed status, which contains identifiers from the Kubernetes API.
      if code != .malformedStatus { #expect(ErrorTextTests.identifiers(in: error.reason) == [], "\(error)") }
    }
    #expect(.now - start < .seconds(40))
  }

  @Test func `opening a session times out if the server never responds`() async throws {
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

  @Test func `opening a session times out if the server accepts no streams`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let url = "http://127.0.0.1:\(try listener.localPort())/x"
    let response = Array(Self.acceptedUpgrade.utf8)
    let number = listener.release()
    try Thread.detach {
      let listener = Descriptor(owning: number)
      guard let socket = try? TCPSocket.waitForConnection(on: listener) else { return }
      _ = try? socket.send(response, from: 0)
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

  @Test func `a session never connects to a host other than this machine`() async throws {
    do {
      _ = try await Session.open(RemoteCommandStreams()) { "http://192.0.2.1:9/x" }
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.refusedHost == "192.0.2.1") }
  }
}

extension TCPSocket {
  /// Waits for a connection, and accepts it.
  static func waitForConnection(on listener: borrowing Descriptor) throws -> Descriptor {
    while true {
      _ = try Poll.wait([(listener.rawValue, true, false)], timeout: .seconds(30))
      if let socket = try accept(on: listener) { return socket }
    }
  }
}
