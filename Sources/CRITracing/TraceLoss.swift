package import CRIGRPC

/// Spans that did not reach the collector.
package struct TraceLoss: Hashable, Sendable {
  /// The address of the collector.
  package let collector: String
  /// The number of spans.
  package let count: Int
  /// Why sending failed first; nil if the command made calls faster than they could be sent, or if the time was over.
  package let error: RPCError?
}
