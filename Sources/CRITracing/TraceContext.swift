/// The ID of a trace: 16 bytes, which are not all 0.
package struct TraceID: Hashable, Sendable {
  /// The first 8 bytes, in network order.
  package let high: UInt64
  /// The last 8 bytes, in network order.
  package let low: UInt64

  package init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// The identity of a span (W3C Trace Context, section 3.2.2). All spans of a command have the same trace ID.
package struct TraceContext: Hashable, Sendable {
  package let traceID: TraceID
  /// Not 0.
  package let spanID: UInt64
  /// Whether the spans of the trace are recorded, here and in the runtime.
  package let isSampled: Bool

  package init(traceID: TraceID, spanID: UInt64, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// Returns the identity of a further span in the same trace.
  func child(spanID: UInt64) -> TraceContext {
    TraceContext(traceID: traceID, spanID: spanID, isSampled: isSampled)
  }

  /// The value of the header `traceparent`.
  package var traceparent: String {
    "00-\(Self.hex(traceID.high))\(Self.hex(traceID.low))-\(Self.hex(spanID))-\(isSampled ? "01" : "00")"
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
