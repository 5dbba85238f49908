/// How much a SPDY session takes from its peer.
package struct SPDYLimits: Hashable, Sendable {
  /// Bytes that the peer may send on one stream before its reader consumes them.
  package var streamWindow = 1 << 20
  /// Bytes of all streams that are buffered before the session wants to read no more from its connection.
  ///
  /// This is what bounds memory against peers that ignore windows, as all of Kubernetes' do.
  package var buffer = 8 << 20
  /// Streams that the peer may have open at once; 0 refuses them all, which is right for clients.
  package var streams = 0
  /// Bytes of replies (RST_STREAM, PING, SYN_REPLY) that may wait for a peer that does not read.
  package var replies = 256 << 10
  /// Whether our own sending keeps to the peer's windows.
  package var sendWindows = SPDYSendWindows.automatic

  package init() {}
}
