/// The spans that wait to be sent. Its size is limited, as that of OpenTelemetry's batch processor.
struct SpanQueue: Sendable {
  /// The maximum number of waiting spans. Further ones are dropped.
  static let capacity = 2048
  /// The maximum number of spans in one request.
  static let batchSize = 512

  private var spans: [TraceSpan] = []
  /// The number of spans that were dropped because the queue was full.
  private(set) var droppedCount = 0

  var count: Int { spans.count }

  mutating func append(_ span: TraceSpan) {
    guard spans.count < Self.capacity else { return droppedCount += 1 }
    spans.append(span)
  }

  /// Appends the last span, which describes the whole command, even if the queue is full.
  mutating func appendLast(_ span: TraceSpan) { spans.append(span) }

  /// Removes and returns the oldest spans; an empty array if there are none.
  mutating func takeBatch() -> [TraceSpan] {
    let batch = Array(spans.prefix(Self.batchSize))
    spans.removeFirst(batch.count)
    return batch
  }
}
