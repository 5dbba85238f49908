/// A decoded `ExportTraceServiceRequest` of OTLP. The field numbers are those of opentelemetry-proto 1.x.
package struct ReceivedTrace: Sendable {
  package struct Span: Sendable {
    package var traceID = ""
    package var spanID = ""
    package var parentID = ""
    package var name = ""
    package var kind: UInt64 = 0
    package var start: UInt64 = 0
    package var end: UInt64 = 0
    /// Numbers are in decimal.
    package var attributes: [String: String] = [:]
    package var statusCode: UInt64 = 0
    package var statusMessage = ""
    package var flags: UInt64 = 0
  }

  package private(set) var resource: [String: String] = [:]
  package private(set) var scope = ""
  package private(set) var spans: [Span] = []

  /// - Returns: nil if the bytes are not a message.
  package init?(_ bytes: [UInt8]) {
    guard let request = WireField.parse(bytes) else { return nil }
    for resourceSpans in request where resourceSpans.number == 1 {
      guard let parts = WireField.parse(resourceSpans.bytes) else { return nil }
      for part in parts {
        guard let content = WireField.parse(part.bytes) else { return nil }
        if part.number == 1 { resource = Self.attributes(content, 1) }
        if part.number == 2, !append(content) { return nil }
      }
    }
  }

  private mutating func append(_ scopeSpans: [WireField]) -> Bool {
    for field in scopeSpans {
      guard let content = WireField.parse(field.bytes) else { return false }
      if field.number == 1 { scope = content.first { $0.number == 1 }?.text ?? "" }
      if field.number == 2 { spans.append(Self.span(content)) }
    }
    return true
  }

  private static func span(_ fields: [WireField]) -> Span {
    var span = Span()
    for field in fields {
      switch field.number {
      case 1: span.traceID = field.hex
      case 2: span.spanID = field.hex
      case 4: span.parentID = field.hex
      case 5: span.name = field.text
      case 6: span.kind = field.value
      case 7: span.start = field.value
      case 8: span.end = field.value
      case 15:
        for part in WireField.parse(field.bytes) ?? [] {
          if part.number == 2 { span.statusMessage = part.text }
          if part.number == 3 { span.statusCode = part.value }
        }
      case 16: span.flags = field.value
      default: break
      }
    }
    span.attributes = attributes(fields, 9)
    return span
  }

  private static func attributes(_ fields: [WireField], _ number: UInt64) -> [String: String] {
    var found: [String: String] = [:]
    for field in fields where field.number == number {
      let pair = WireField.parse(field.bytes) ?? []
      guard let key = pair.first(where: { $0.number == 1 }), let any = pair.first(where: { $0.number == 2 }),
        let value = (WireField.parse(any.bytes) ?? []).first
      else { continue }
      found[key.text] = value.number == 3 ? "\(Int64(bitPattern: value.value))" : value.text
    }
    return found
  }
}

/// A field of a message in protobuf's wire format.
struct WireField {
  var number: UInt64
  /// The value of a number.
  var value: UInt64 = 0
  /// The content of a length-delimited field.
  var bytes: [UInt8] = []

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var hex: String { bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }

  /// - Returns: nil if the bytes are not a message.
  static func parse(_ bytes: [UInt8]) -> [WireField]? {
    var rest = bytes[...]
    func varint() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard let byte = rest.popFirst() else { return nil }
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
    var fields: [WireField] = []
    while !rest.isEmpty {
      guard let tag = varint() else { return nil }
      var field = WireField(number: tag >> 3)
      switch tag & 7 {
      case 0:
        guard let value = varint() else { return nil }
        field.value = value
      case 2:
        guard let count = varint(), count <= UInt64(rest.count) else { return nil }
        field.bytes = Array(rest.prefix(Int(count)))
        rest = rest.dropFirst(Int(count))
      case 1, 5:
        let count = tag & 7 == 1 ? 8 : 4
        guard rest.count >= count else { return nil }
        field.value = rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(count)
      default: return nil
      }
      fields.append(field)
    }
    return fields
  }
}
