/// A span: an operation with its beginning, its end and its outcome.
package struct TraceSpan: Hashable, Sendable {
  package enum Kind: UInt64, Sendable {
    /// An operation inside this process (OTLP: `SPAN_KIND_INTERNAL`).
    case local = 1
    /// A call to a server (OTLP: `SPAN_KIND_CLIENT`).
    case client = 3
  }

  package enum Value: Hashable, Sendable {
    case text(String)
    case number(Int64)
  }

  package struct Attribute: Hashable, Sendable {
    package let key: String
    package let value: Value

    package init(_ key: String, _ text: String) { (self.key, value) = (key, .text(text)) }
    package init(_ key: String, _ number: Int64) { (self.key, value) = (key, .number(number)) }
  }

  package let context: TraceContext
  /// The ID of the span that caused this one; nil for the first span of the trace.
  package let parentID: UInt64?
  package let name: String
  package let kind: Kind
  /// The time of the beginning, in nanoseconds since 1970.
  package let start: Int64
  /// The time of the end, in nanoseconds since 1970. It does not precede the beginning, even if the clock was set.
  package let end: Int64
  package let attributes: [Attribute]
  /// Why the operation failed; nil if it did not.
  package let error: String?

  package init(
    _ context: TraceContext, parentID: UInt64?, name: String, kind: Kind, start: Int64, end: Int64,
    attributes: [Attribute], error: String?
  ) {
    self.context = context
    self.parentID = parentID
    self.name = name
    self.kind = kind
    self.start = start
    self.end = end
    self.attributes = attributes
    self.error = error
  }
}
