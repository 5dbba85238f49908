import CRISystem
import Testing

@testable import CRIGRPC

/// The parts of gRPC that do not need a connection.
struct UnitTests {
  @Test(arguments: [
    (Duration.zero, "0m"), (.seconds(-5), "0m"), (.nanoseconds(-1), "0m"), (.nanoseconds(1), "1m"),
    (.milliseconds(1), "1m"), (.microseconds(1001), "2m"), (.seconds(2), "2000m"),
    (.milliseconds(99_998_999), "99998999m"), (.seconds(99_999), "100000S"),
    (.seconds(100_000), "100001S"), (.seconds(99_999_999), "99999999S"), (.seconds(Int64.max), "99999999S"),
  ])
  func `a timeout is encoded with eight digits and a unit`(duration: Duration, text: String) {
    #expect(Timeout.encode(duration) == text)
    #expect(text.dropLast().count <= 8)
    if let decoded = Timeout.decode(text), duration < .seconds(99_999_999) { #expect(decoded >= duration) }
  }

  @Test(arguments: [
    ("5n", Duration.nanoseconds(5)), ("5u", .microseconds(5)), ("5m", .milliseconds(5)), ("5S", .seconds(5)),
    ("5M", .seconds(300)), ("5H", .seconds(18000)), ("99999999H", .seconds(359_999_996_400)), ("0m", .zero),
    ("", nil), ("m", nil), ("5", nil), ("5x", nil), ("-5m", nil), ("+5m", nil), ("100000000m", nil),
    ("5 m", nil),
    ("é", nil),
  ])
  func `a timeout is decoded, or refused if it is malformed`(text: String, duration: Duration?) {
    #expect(Timeout.decode(text) == duration)
  }

  @Test(arguments: ["", "plain", "100%", "é\n\t\u{1b}", "🐳", "a b~", "%41"]) func `percent encoding is reversible`(
    text: String
  ) {
    let encoded = PercentEncoding.encode(text)
    #expect(encoded.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test(arguments: 1...13) func `a body gives the same messages however it is split`(piece: Int) throws {
    var assembler = MessageAssembler(limit: 10)
    let messages: [[UInt8]] = [[], [1], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [], [12]]
    let body = messages.flatMap(MessageAssembler.frame)
    var seen: [[UInt8]] = []
    for start in stride(from: 0, to: body.count, by: piece) {
      try assembler.append(Array(body[start..<min(start + piece, body.count)]), &seen)
    }
    #expect(seen == messages)
    try assembler.end()
  }

  @Test func `status codes have the names of gRPC`() {
    #expect(StatusCode.all.map(\.rawValue) == Array(0...16))
    #expect(StatusCode.all.first?.description == "OK")
    #expect(StatusCode.unavailable.description == "UNAVAILABLE")
    #expect(StatusCode.all.last?.description == "UNAUTHENTICATED")
  }

  static let errors: [(RPCError, String)] = [
    (.cannotConnect(path: "/s", .noSuchFile), "cannot connect to /s: No such file or directory"),
    (.notGRPC(path: "/s", reason: "HTTP status 404"), "/s is not a gRPC server: HTTP status 404"),
    (.status(RPCStatus(code: .notFound, message: "no pod", method: "/a.B/C")), "C: NOT_FOUND: no pod"),
    (.deadlineExceeded(method: "/a.B/C", timeout: nil), "C: timed out waiting for the response"),
    (.cancelled(method: "/a.B/C"), "C: cancelled"),
    (.connectionLost(method: "/a.B/C", reason: "gone"), "C: connection lost: gone"),
    (
      .responseTooLarge(method: "/a.B/C", size: 11, limit: 10), "C: the response has 11 bytes; the limit is 10"
    ),
    (.undecodable(method: "/a.B/C", reason: "truncated"), "C: invalid response: truncated"),
  ]

  @Test func `an error keeps its cause`() {
    let path = RPCError.cannotConnect(path: "/s", .noSuchFile)
    #expect(path.code == .cannotConnect && path.socketPath == "/s" && path.errno == .noSuchFile && path.method == nil)
    let other = RPCError.notGRPC(path: "/s", reason: "r")
    #expect(other.code == .notGRPC && other.socketPath == "/s" && other.reason == "r" && other.method == nil)
    let status = RPCError.status(RPCStatus(code: .notFound, message: "m", method: "/a.B/C"))
    #expect(status.code == .status && status.method == "/a.B/C" && status.status?.message == "m")
    #expect(status.statusCode == .notFound && status.reason == nil)
    let late = RPCError.deadlineExceeded(method: "/a.B/C", timeout: .seconds(2))
    #expect(late.code == .deadlineExceeded && late.method == "/a.B/C" && late.timeout == .seconds(2))
    let silent = RPCError.notResponding(method: "/a.B/C", after: .seconds(3))
    #expect(silent.code == .notResponding && silent.method == "/a.B/C" && silent.timeout == .seconds(3))
    let cancelled = RPCError.cancelled(method: "/a.B/C")
    #expect(cancelled.code == .cancelled && cancelled.method == "/a.B/C" && cancelled.timeout == nil)
    let lost = RPCError.connectionLost(method: "/a.B/C", reason: "r")
    #expect(lost.code == .connectionLost && lost.method == "/a.B/C" && lost.reason == "r")
    let large = RPCError.responseTooLarge(method: "/a.B/C", size: 11, limit: 10)
    #expect(large.code == .responseTooLarge && large.method == "/a.B/C" && large.size == 11 && large.limit == 10)
    let excess = ResponseExcess(limit: .depth, count: 101, allowed: 100, elements: 0, size: 7)
    let over = RPCError.responseOverLimit(method: "/a.B/C", excess)
    #expect(over.code == .responseOverLimit && over.excess == excess && over.size == 7 && over.limit == 100)
    let undecodable = RPCError.undecodable(method: "/a.B/C", reason: "r")
    #expect(undecodable.code == .undecodable && undecodable.method == "/a.B/C" && undecodable.reason == "r")
    let metadata = RPCError.invalidMetadata(method: "/a.B/C", reason: "r")
    #expect(metadata.code == .invalidMetadata && metadata.method == "/a.B/C" && metadata.reason == "r")
    let silentEvents = RPCError.noEvents(method: "/a.B/C")
    #expect(silentEvents.code == .noEvents && silentEvents.method == "/a.B/C" && silentEvents.reason == nil)
    #expect("\(metadata.code)" == "invalidMetadata" && metadata.excess == nil && metadata.errno == nil)
  }

  @Test(arguments: errors) func `errors have a description of one line`(error: RPCError, text: String) {
    #expect("\(error)" == text)
    #expect((error.statusCode == .notFound) == text.contains("NOT_FOUND"))
  }
}
