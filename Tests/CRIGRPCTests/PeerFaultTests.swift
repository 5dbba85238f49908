import CRIGRPC
import TestSupport
import Testing

extension WireTests {
  /// Peers that do not use HTTP/2, or violate it. Each call must end in time, with the right error.
  @Suite(.timeLimit(.minutes(2)))
  struct PeerFaultTests {
    static let prefaceFaults: [Fault] = [
      Fault("responds with HTTP/1.1", { $0.isNotGRPC("HTTP/1.1 400 Bad Request") }) { client in
        client.sendsSessionFrames = false
        try client.waitForFirstBytes()
        try client.send(Array("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n".utf8))
        try client.waitForDisconnect()
      },
      Fault("sends a few bytes and disconnects", { $0.isNotGRPC("OK") }) { client in
        client.sendsSessionFrames = false
        try client.waitForFirstBytes()
        try client.send(Array("OK\n".utf8))
      },
      Fault("sends a few bytes and nothing more", { $0.isOverdue }) { client in
        client.sendsSessionFrames = false
        try client.send([0, 0])
        try client.waitForDisconnect()
      },
      Fault("disconnects immediately", { $0.isLost() }) { _ in },
      Fault("disconnects after the client's preface", { $0.isLost("without sending anything") }) { client in
        client.sendsSessionFrames = false
        try client.waitForFirstBytes()
      },
      Fault("disconnects after SETTINGS", { $0.isLost() }) { client in _ = try client.request() },
      Fault("sends garbage", { $0.isNotGRPC() }) { client in
        client.sendsSessionFrames = false
        try client.send((0..<100).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
        try client.waitForDisconnect()
      },
      Fault("sends zeros", { $0.isNotGRPC() }) { client in
        client.sendsSessionFrames = false
        try client.send([UInt8](repeating: 0, count: 4096))
        try client.waitForDisconnect()
      },
      Fault("begins with another frame", { $0.isNotGRPC() }) { client in
        client.sendsSessionFrames = false
        try client.send(Frame.response(1, [1]))
        try client.waitForDisconnect()
      },
      Fault("begins with half a SETTINGS frame", { $0.isOverdue }) { client in
        client.sendsSessionFrames = false
        try client.send(Frame.settings([(3, 100)]).dropLast(2))
        try client.waitForDisconnect()
      },
      Fault("accepts and sends nothing", { $0.isOverdue }) { client in
        client.sendsSessionFrames = false
        try client.waitForDisconnect()
      },
      Fault("sends half a response and nothing more", { $0.isOverdue }) { client in
        let stream = try client.request().stream
        try client.send(Frame.responseHeaders(stream) + Frame.data(stream, Frame.message([1, 2, 3])))
        try client.waitForDisconnect()
      },
    ]

    @Test(arguments: prefaceFaults) func `a peer that does not speak HTTP/2 gives the expected error`(_ fault: Fault)
      async throws
    {
      let result = try await outcome(timeout: .milliseconds(500), of: fault.script)
      #expect(fault.isExpected(result), "\(result)")
    }

    @Test func `a peer that never acknowledges SETTINGS is accepted`() async throws {
      let result = try await outcome { client in
        client.sendsSessionFrames = false
        try client.send(Frame.settings())
        try client.send(Frame.response(try client.request().stream, [7]))
        try client.waitForDisconnect()
      }
      #expect(result == .success([7]))
    }

    @Test func `a response that arrives byte by byte is accepted`() async throws {
      let result = try await outcome { client in
        for byte in Frame.response(try client.request().stream, [7, 8, 9]) { try client.send([byte]) }
        try client.waitForDisconnect()
      }
      #expect(result == .success([7, 8, 9]))
    }

    static let connectionFaults: [Reply] = [
      Reply("garbage after SETTINGS", { $0.isLost() }) { _ in
        (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 91) }
      },
      Reply("a frame over 16 KiB", { $0.isLost() }) { Frame.raw(type: 0, stream: $0, [], length: 16385) },
      Reply("data on stream 0", { $0.isLost() }) { _ in Frame.data(0, [1]) },
      Reply("data before headers", { $0.isLost() }) { Frame.data($0, Frame.message([1])) },
      Reply("headers on a stream that was not opened", { $0.isLost() }) { _ in Frame.responseHeaders(1001) },
      Reply("a malformed header block", { $0.isLost() }) {
        Frame.raw(type: 1, flags: 4, stream: $0, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
      },
      Reply("an invalid HPACK index", { $0.isLost() }) {
        Frame.raw(type: 1, flags: 4, stream: $0, [0xfe])
      },
      Reply("a header field of 100 KB", { $0.isLost() }) { stream in
        Frame.split(stream, Frame.responseFields + [("x", String(repeating: "x", count: 100_000))])
      },
      Reply("a server push, which the client disabled", { $0.isLost() }) {
        Frame.raw(type: 5, flags: 4, stream: $0, Frame.bigEndian(2))
      },
      Reply("a window larger than 2^31 bytes", { $0.isLost() }) { _ in
        Frame.windowUpdate(0, 0x7fff_ffff) + Frame.windowUpdate(0, 0x7fff_ffff)
      },
      Reply("SETTINGS with five bytes", { $0.isLost() }) { _ in Frame.raw(type: 4, stream: 0, [1, 2, 3, 4, 5])
      },
      Reply("a PING with seven bytes", { $0.isLost() }) { _ in Frame.ping([1, 2, 3, 4, 5, 6, 7]) },
      Reply("CONTINUATION without HEADERS", { $0.isLost() }) { Frame.continuation($0, [], endHeaders: true) },
      Reply("another frame inside a header block", { $0.isLost() }) {
        Frame.headers($0, Frame.responseFields, endHeaders: false)
          + Frame.ping([UInt8](repeating: 0, count: 8))
      },
    ]

    /// The client closes the connection immediately, although the peer keeps it open.
    @Test(arguments: connectionFaults) func `a connection error ends the connection, and the next call reconnects`(
      _ reply: Reply
    ) async throws {
      let peer = try ScriptedPeer { client in
        let stream = try client.request().stream
        try client.send(client.number == 0 ? reply.bytes(stream) : Frame.response(stream, [42]))
        try client.waitForDisconnect()
      }
      let channel = Channel(path: peer.path)
      let first = await call(channel)
      #expect(reply.isExpected(first), "\(first)")
      #expect(await call(channel) == .success([42]))
      #expect(peer.clients == 2)
    }

    static let streamFaults: [Reply] = [
      Reply("headers without a status", { $0.isUndecodable() }) {
        Frame.headers($0, [("content-type", "application/grpc")])
      },
      Reply("a field name in upper case", { $0.isUndecodable() }) {
        Frame.headers($0, Frame.responseFields + [("X-Upper", "1")])
      },
      Reply("a field value with a line break", { $0.isUndecodable() }) {
        Frame.headers($0, [(":status", "200"), ("content-type", "application/grpc\r\n")])
      },
      Reply("trailers that do not end the stream", { $0.isUndecodable() }) {
        Frame.responseHeaders($0) + Frame.headers($0, [("grpc-status", "0")])
      },
      Reply("a pseudo-header field in the trailers", { $0.isUndecodable() }) {
        Frame.responseHeaders($0)
          + Frame.headers($0, [(":status", "200"), ("grpc-status", "0")], endStream: true)
      },
      Reply("more data than content-length", { $0.isUndecodable() }) {
        Frame.headers($0, Frame.responseFields + [("content-length", "3")])
          + Frame.data($0, Frame.message([1]))
      },
      Reply("header fields of 80 KB", { $0.isUndecodable("65536") }) { Frame.split($0, Frame.huge) },
      Reply("trailers of 80 KB", { $0.isUndecodable("65536") }) {
        Frame.responseHeaders($0) + Frame.data($0, Frame.message([1]))
          + Frame.split($0, [("grpc-status", "0")] + Frame.huge.dropFirst(2), endStream: true)
      },
    ]

    @Test(arguments: streamFaults) func `a stream error leaves the connection usable`(_ reply: Reply) async throws {
      let result = try await outcomes(of: reply.bytes)
      #expect(reply.isExpected(result.first), "\(result.first)")
      #expect(result.second == .success([42]))
      #expect(result.connections == 1)
    }
  }
}

extension Outcome {
  var isOverdue: Bool { error?.code == .deadlineExceeded && error?.method == method && error?.timeout != nil }
}

extension Frame {
  /// Small header fields that together exceed 64 KiB.
  static let huge = responseFields + (0..<80).map { ("x-\($0)", String(repeating: "x", count: 1000)) }

  /// Splits a header block into as many frames as necessary.
  static func split(_ stream: Int32, _ fields: [(String, String)], endStream: Bool = false) -> [UInt8] {
    var rest = block(fields)[...]
    var frames: [UInt8] = []
    while !rest.isEmpty {
      let part = Array(rest.prefix(16_000))
      rest = rest.dropFirst(part.count)
      let isFirst = frames.isEmpty
      let flags: UInt8 = (rest.isEmpty ? 4 : 0) | (isFirst && endStream ? 1 : 0)
      frames += raw(type: isFirst ? 1 : 9, flags: flags, stream: stream, part)
    }
    return frames
  }
}
