package import CRIGRPC

/// Spans that did not reach the collector.
package struct TraceLoss: Hashable, Sendable {
  /// The address of the collector.
  package let collector: String
  /// The number of spans.
  package let count: Int
  /// The first error of sending spans; nil if the command made calls faster than they could be sent, or if the time ran out.
  package let error: RPCError?
}
