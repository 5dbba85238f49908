/// The limits on what a SPDY session accepts from its peer.
package struct SPDYLimits: Hashable, Sendable {
  /// The number of bytes that the peer may send on one stream before the stream's reader consumes them.
  package var streamWindow = 1 << 20
  /// The number of bytes buffered for all streams together at which the session stops reading from its connection.
  ///
  /// This bounds the memory for peers that ignore windows, as all of those in Kubernetes do.
  package var buffer = 8 << 20
  /// The number of streams that the peer may have open at the same time; 0 rejects all streams, as clients must.
  package var streams = 0
  /// The number of bytes of replies (RST_STREAM, PING, SYN_REPLY) that may be queued for a peer that does not read.
  package var replies = 256 << 10
  /// Whether our sending respects the peer's windows.
  package var sendWindows = SPDYSendWindows.automatic

  package init() {}
}
