/// One stream of a SPDY session.
struct SPDYStream {
  /// Whether the stream has been accepted by its SYN_REPLY, so that data may be sent.
  var isReplied: Bool
  let isOurs: Bool
  var outgoing = ByteQueue()
  /// Whether a FIN follows the last byte.
  var isFinishing = false
  var isFinished = false
  /// Whether the peer has sent its FIN.
  var isFinishedByPeer = false
  /// The number of bytes that the peer allows us to send; negative after it has reduced its initial window, or if we
  /// had already sent more before it announced a window.
  var sendWindow: Int
  /// What remains of the window that we granted the peer.
  var receiveWindow: Int
  /// The number of bytes that the reader has received but not consumed.
  var unconsumed = 0
  /// The number of consumed bytes for which no WINDOW_UPDATE has been sent to the peer.
  var credit = 0

  var hasSomethingToSend: Bool { isReplied && !isFinished && (!outgoing.isEmpty || isFinishing) }
}
