/// Which share of the traces is recorded.
package struct SamplingRate: Hashable, Sendable {
  /// The number of traces in a million; a negative number means all of them, as in crictl.
  package let perMillion: Int

  package init(perMillion: Int) { self.perMillion = perMillion }

  /// Decides by the trace ID, in the same way as OpenTelemetry's `TraceIDRatioBased` sampler for Go.
  package func includes(_ id: TraceID) -> Bool {
    if perMillion < 0 || perMillion >= 1_000_000 { return true }
    return id.low >> 1 < UInt64(perMillion) * ((1 << 63) / 1_000_000)
  }
}
