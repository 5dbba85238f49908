import CRISystem
import TestSupport
import Testing

@testable import CRITracing

/// The parts of a trace that need no collector.
@Suite struct TracePartTests {
  @Test(
    arguments: [
      (
        0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7, true,
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      ),
      (0, 1, 2, false, "00-00000000000000000000000000000001-0000000000000002-00"),
    ] as [(UInt64, UInt64, UInt64, Bool, String)])
  func `the header has the form of W3C Trace Context`(
    high: UInt64, low: UInt64, span: UInt64, isSampled: Bool, expected: String
  ) {
    let context = TraceContext(traceID: TraceID(high: high, low: low), spanID: span, isSampled: isSampled)
    #expect(context.traceparent == expected)
    #expect(context.child(spanID: 7).traceID == context.traceID)
  }

  @Test(arguments: [(-1, 1000), (1_000_000, 1000), (2_000_000, 1000), (0, 0)])
  func `all or no traces are recorded`(rate: Int, expected: Int) {
    let rate = SamplingRate(perMillion: rate)
    let count = (0..<1000).count { _ in
      rate.includes(TraceID(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)))
    }
    #expect(count == expected)
    #expect(rate.includes(TraceID(high: 1, low: .max)) == (expected > 0))
    #expect(rate.includes(TraceID(high: 1, low: 0)) == (expected > 0))
  }

  @Test func `the trace ID determines whether a trace is recorded`() {
    let quarter = SamplingRate(perMillion: 250_000)
    // The last 63 bits count, as in OpenTelemetry's sampler for Go.
    #expect(quarter.includes(TraceID(high: .max, low: (1 << 62) - (1 << 45))))
    #expect(!quarter.includes(TraceID(high: 0, low: (1 << 62) + (1 << 45))))
    #expect(!SamplingRate(perMillion: 999_999).includes(TraceID(high: 0, low: .max)))
  }

  @Test(arguments: [
    ("127.0.0.1:4317", "127.0.0.1:4317"), ("localhost:1", "127.0.0.1:1"), ("[::1]:65535", "[::1]:65535"),
    ("192.0.2.7:80", "192.0.2.7:80"),
  ])
  func `a numeric address is accepted`(text: String, expected: String) {
    #expect(CollectorAddress(text)?.description == expected)
  }

  @Test(arguments: [
    "", "127.0.0.1", ":4317", "collector:4317", "::1:4317", "[127.0.0.1]:1", "[localhost]:1", "127.0.0.1:0",
    "127.0.0.1:65536", "127.0.0.1:x", "http://127.0.0.1:4317", "127.0.0.1:-1", "127.1:4317", "[::1]", "localhost",
  ])
  func `any other address is refused`(text: String) { #expect(CollectorAddress(text) == nil) }

  private static func span(_ number: UInt64, error: String? = nil) -> TraceSpan {
    TraceSpan(
      TraceContext(traceID: TraceID(high: 1, low: 2), spanID: number, isSampled: true), parentID: 9, name: "n\(number)",
      kind: .client, start: 1_700_000_000_000_000_001, end: 1_700_000_000_000_000_500,
      attributes: [.init("text", "ü"), .init("number", -5), .init("long", String(repeating: "x", count: 300))],
      error: error)
  }

  @Test func `the queue has a limit, and only the last span may exceed it`() {
    var queue = SpanQueue()
    for number in 0..<3000 { queue.append(Self.span(UInt64(number))) }
    #expect(queue.count == 2048 && queue.droppedCount == 3000 - 2048)
    queue.appendLast(Self.span(5000))
    var sizes: [Int] = []
    var last: TraceSpan?
    while case let batch = queue.takeBatch(), !batch.isEmpty {
      sizes.append(batch.count)
      last = batch.last
    }
    #expect(sizes == [512, 512, 512, 512, 1] && last?.name == "n5000")
  }

  @Test func `a request has the fields of OTLP`() throws {
    let request = ExportRequest(
      resource: [.init("service.name", "cri")], scope: ("cri", "0.1"), spans: [Self.span(3), Self.span(4, error: "no")])
    let decoded = try #require(ReceivedTrace(request.encode()))
    #expect(decoded.resource == ["service.name": "cri"] && decoded.scope == "cri" && decoded.spans.count == 2)
    let (first, second) = (try #require(decoded.spans.first), try #require(decoded.spans.last))
    #expect(first.traceID == "00000000000000010000000000000002" && first.spanID == "0000000000000003")
    #expect(first.parentID == "0000000000000009" && first.name == "n3" && first.kind == 3 && first.flags == 0x101)
    #expect(first.start == 1_700_000_000_000_000_001 && first.end == 1_700_000_000_000_000_500)
    #expect(first.attributes["text"] == "ü" && first.attributes["number"] == "-5")
    #expect(first.attributes["long"]?.count == 300 && first.statusCode == 0)
    #expect(second.statusCode == 2 && second.statusMessage == "no")
  }

  /// The bytes were written by hand from the .proto files.
  @Test func `the bytes of a small request are exact`() {
    let span = TraceSpan(
      TraceContext(traceID: TraceID(high: 1, low: 2), spanID: 3, isSampled: true), parentID: nil, name: "a",
      kind: .local, start: 1, end: 256, attributes: [], error: nil)
    let body: [UInt8] =
      [0x0a, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2] + [0x12, 8, 0, 0, 0, 0, 0, 0, 0, 3]
      + [0x2a, 1, 0x61, 0x30, 1] + [0x39, 1, 0, 0, 0, 0, 0, 0, 0] + [0x41, 0, 1, 0, 0, 0, 0, 0, 0]
      + [0x85, 0x01, 0x01, 0x01, 0, 0]
    let scopeSpans: [UInt8] = [0x0a, 6, 0x0a, 1, 0x73, 0x12, 1, 0x31] + [0x12, UInt8(body.count)] + body
    let resourceSpans: [UInt8] = [0x0a, 0] + [0x12, UInt8(scopeSpans.count)] + scopeSpans
    let request = ExportRequest(resource: [], scope: ("s", "1"), spans: [span])
    #expect(request.encode() == [0x0a, UInt8(resourceSpans.count)] + resourceSpans)
  }
}
