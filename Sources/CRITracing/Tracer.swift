package import CRIGRPC
internal import CRIHTTP2
internal import CRISystem

/// Records the spans of a command and of its calls, and sends them to a collector.
///
/// While the command runs, full batches and spans that have waited for some time are sent on a thread of their own, so
/// that calls never wait for the collector.
package final class Tracer: CallTracer {
  /// The timeout of a request that is sent while the command runs.
  private static let batchTimeout = Duration.seconds(1)
  /// The longest time that a span waits until the next one causes both to be sent.
  private static let longestWait = Duration.seconds(5)
  /// The longest text in a span, in Unicode scalars.
  private static let longestText = 1024
  /// The largest accepted response of a collector, in bytes.
  private static let maximumResponseSize = 1 << 16

  private struct State {
    var queue = SpanQueue()
    /// Whether a thread is sending a batch.
    var isSending = false
    var lastSent = ContinuousClock.now
    /// The number of spans that were not sent.
    var lostCount = 0
    /// The reason why the first of the lost spans were not sent.
    var failure: RPCError?
  }

  /// The identity of the command's span.
  package let root: TraceContext
  private let name: String
  private let resource: [TraceSpan.Attribute]
  private let scope: (name: String, version: String)
  private let timer = SpanTimer()
  private let channel: Channel
  private let state = Locked(State())

  /// Begins a trace.
  /// - Parameters:
  ///   - name: The name of the command.
  ///   - resource: What the spans belong to.
  ///   - scope: The name and the version of the program that records the spans.
  package init(
    _ name: String, to collector: CollectorAddress, rate: SamplingRate, resource: [TraceSpan.Attribute],
    scope: (name: String, version: String)
  ) {
    self.name = Self.bounded(name)
    self.resource = resource
    self.scope = scope
    let traceID = TraceID(high: Self.makeID(), low: Self.makeID())
    root = TraceContext(traceID: traceID, spanID: Self.makeID(), isSampled: rate.includes(traceID))
    channel = Channel(to: .tcp(collector.socket), maxMessageSize: Self.maximumResponseSize)
  }

  /// A number other than 0 from the kernel's random number generator.
  private static func makeID() -> UInt64 { .random(in: 1...UInt64.max) }

  private static func bounded(_ text: String) -> String { String(text.unicodeScalars.prefix(longestText)) }

  package func begin(method: String, server: String) -> CallTrace {
    let context = root.child(spanID: Self.makeID())
    let headers = [(name: "traceparent", value: context.traceparent)]
    guard root.isSampled else { return CallTrace(headers: headers) { _ in } }
    let timer = SpanTimer()
    let path = method.drop { $0 == "/" }
    let parts = path.split(separator: "/", maxSplits: 1)
    return CallTrace(headers: headers) { [self] error in
      record(
        TraceSpan(
          context, parentID: root.spanID, name: Self.bounded(String(path)), kind: .client, start: timer.start,
          end: timer.end,
          attributes: [
            .init("rpc.system", "grpc"), .init("rpc.service", String(parts.first ?? "")),
            .init("rpc.method", String(parts.last ?? "")), .init("server.address", server),
            .init("rpc.grpc.status_code", Int64(error?.traceStatus.rawValue ?? StatusCode.ok.rawValue)),
          ],
          error: error.map { Self.bounded($0.traceMessage) }))
    }
  }

  private func record(_ span: TraceSpan) {
    let shouldSend = state.withLock { state in
      state.queue.append(span)
      let isDue =
        state.queue.count >= SpanQueue.batchSize || ContinuousClock.now - state.lastSent >= Self.longestWait
      guard isDue, !state.isSending else { return false }
      state.isSending = true
      return true
    }
    guard shouldSend else { return }
    do throws(Errno) {
      // The concurrency runtime's own threads need /proc, and the command's thread may be busy.
      try Thread.detach { [self] in
        try? SingleThread.run { [self] in _ = await sendBatch(timeout: Self.batchTimeout) }
        state.withLock { $0.isSending = false }
      }
    } catch {
      // The next span tries again.
      state.withLock { $0.isSending = false }
    }
  }

  /// - Returns: False if there was nothing to send, or if sending failed.
  private func sendBatch(timeout: Duration) async -> Bool {
    let batch = state.withLock { state in
      state.lastSent = .now
      return state.queue.takeBatch()
    }
    if batch.isEmpty { return false }
    do throws(RPCError) {
      let request = ExportRequest(resource: resource, scope: scope, spans: batch)
      _ = try await channel.unary(ExportRequest.method, request.encode(), options: .init(timeout: timeout))
      return true
    } catch {
      state.withLock { state in
        state.lostCount += batch.count
        state.failure = state.failure ?? error
      }
      return false
    }
  }

  /// Ends the command's span, and sends everything that has not been sent. The task must not have a tracer any more,
  /// because requests to the collector would be traced.
  /// - Parameters:
  ///   - exitCode: The exit code of the command.
  ///   - error: Why the command failed; nil if it did not.
  ///   - limit: The longest time that sending may take.
  /// - Returns: What was lost; nil if everything was sent.
  package func finish(exitCode: Int32, error: String?, within limit: Duration) async -> TraceLoss? {
    guard root.isSampled else { return nil }
    let deadline = ContinuousClock.now + limit
    let span = TraceSpan(
      root, parentID: nil, name: name, kind: .local, start: timer.start, end: timer.end,
      attributes: [.init("command", name), .init("process.exit.code", Int64(exitCode))],
      error: error.map(Self.bounded))
    state.withLock { $0.queue.appendLast(span) }
    while state.withLock({ $0.isSending }), ContinuousClock.now < deadline { await pause(.milliseconds(5)) }
    while true {
      let remaining = deadline - ContinuousClock.now
      guard remaining > .zero, await sendBatch(timeout: remaining) else { break }
    }
    return state.withLock { state in
      let count = state.lostCount + state.queue.droppedCount + state.queue.count
      return count == 0 ? nil : TraceLoss(collector: channel.path, count: count, error: state.failure)
    }
  }
}
