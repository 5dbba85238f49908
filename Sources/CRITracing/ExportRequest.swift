/// The request that sends spans to a collector (OTLP 1.x: `ExportTraceServiceRequest` in `trace_service.proto`,
/// `trace.proto`, `common.proto` and `resource.proto`).
package struct ExportRequest: Sendable {
  /// The path of the method.
  package static let method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

  /// What the spans belong to: the program, its process and its node.
  package let resource: [TraceSpan.Attribute]
  /// The name and the version of the program that records the spans.
  package let scope: (name: String, version: String)
  package let spans: [TraceSpan]

  package init(resource: [TraceSpan.Attribute], scope: (name: String, version: String), spans: [TraceSpan]) {
    self.resource = resource
    self.scope = scope
    self.spans = spans
  }

  /// The message in protobuf's wire format.
  package func encode() -> [UInt8] {
    var request = ProtobufWriter()
    // ExportTraceServiceRequest.resource_spans
    request.append(1) { resourceSpans in
      // ResourceSpans.resource, Resource.attributes
      resourceSpans.append(1) { Self.append(1, resource, to: &$0) }
      // ResourceSpans.scope_spans
      resourceSpans.append(2) { scopeSpans in
        // ScopeSpans.scope, InstrumentationScope.name and version
        scopeSpans.append(1) {
          $0.append(1, text: scope.name)
          $0.append(2, text: scope.version)
        }
        // ScopeSpans.spans
        for span in spans { scopeSpans.append(2) { Self.append(span, to: &$0) } }
      }
    }
    return request.bytes
  }

  /// The flags of a span: it is sampled (1), and its parent is known to be in this process
  /// (`SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK`).
  private static let flags: UInt32 = 0x101
  /// `Status.StatusCode.STATUS_CODE_ERROR`
  private static let errorStatus: UInt64 = 2

  /// Appends the fields of a `Span`.
  private static func append(_ span: TraceSpan, to writer: inout ProtobufWriter) {
    let traceID = span.context.traceID
    writer.append(1, bytes: bytes(traceID.high) + bytes(traceID.low))
    writer.append(2, bytes: bytes(span.context.spanID))
    if let parentID = span.parentID { writer.append(4, bytes: bytes(parentID)) }
    writer.append(5, text: span.name)
    writer.append(6, varint: span.kind.rawValue)
    writer.append(7, fixed64: UInt64(bitPattern: span.start))
    writer.append(8, fixed64: UInt64(bitPattern: span.end))
    append(9, span.attributes, to: &writer)
    if let error = span.error {
      writer.append(15) { status in
        status.append(2, text: error)
        status.append(3, varint: errorStatus)
      }
    }
    writer.append(16, fixed32: flags)
  }

  /// Appends each attribute as a `KeyValue`, with its `AnyValue`.
  private static func append(_ field: UInt64, _ attributes: [TraceSpan.Attribute], to writer: inout ProtobufWriter) {
    for attribute in attributes {
      writer.append(field) { pair in
        pair.append(1, text: attribute.key)
        pair.append(2) { value in
          switch attribute.value {
          case .text(let text): value.append(1, text: text)
          case .number(let number): value.append(3, varint: UInt64(bitPattern: number))
          }
        }
      }
    }
  }

  private static func bytes(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
  }
}
