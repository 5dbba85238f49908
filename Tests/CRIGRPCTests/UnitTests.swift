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
    #expect(StatusCode.allCases.map(\.rawValue) == Array(0...16))
    #expect(StatusCode.allCases.first?.description == "OK")
    #expect(StatusCode.unavailable.description == "UNAVAILABLE")
    #expect(StatusCode.allCases.last?.description == "UNAUTHENTICATED")
  }

  static let errors: [(RPCError, String)] = [
    (.cannotConnect(path: "/s", .noSuchFile), "cannot connect to /s: No such file or directory"),
    (.notGRPC(path: "/s", reason: "HTTP status 404"), "/s is not a gRPC server: HTTP status 404"),
    (.status(RPCStatus(code: .notFound, message: "no pod", method: "/a.B/C")), "C: NOT_FOUND: no pod"),
    (.deadlineExceeded(method: "/a.B/C"), "C: timed out waiting for the response"),
    (.cancelled(method: "/a.B/C"), "C: cancelled"),
    (.connectionLost(method: "/a.B/C", reason: "gone"), "C: connection lost: gone"),
    (
      .answerTooLarge(method: "/a.B/C", size: 11, limit: 10), "C: the response has 11 bytes; the limit is 10"
    ),
    (.undecodable(method: "/a.B/C", reason: "truncated"), "C: invalid response: truncated"),
  ]

  @Test(arguments: errors) func `errors have a description of one line`(error: RPCError, text: String) {
    #expect("\(error)" == text)
    #expect((error.statusCode == .notFound) == text.contains("NOT_FOUND"))
  }
}
