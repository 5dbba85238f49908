/// One stream of a SPDY session.
struct SPDYStream {
  /// Data may be sent: the stream has been accepted by its SYN_REPLY.
  var isReplied: Bool
  let isOurs: Bool
  var outgoing = ByteQueue()
  /// FIN is to follow the last byte.
  var isFinishing = false
  var isFinished = false
  /// The peer has sent its FIN.
  var isFinishedByPeer = false
  /// Bytes that the peer lets us send; below zero after it has lowered its initial window, or did not use windows at first.
  var sendWindow: Int
  /// What is left of the window that the peer was given.
  var receiveWindow: Int
  /// Bytes given to the reader and not consumed yet.
  var unconsumed = 0
  /// Bytes consumed for which the peer has got no WINDOW_UPDATE yet.
  var credit = 0

  var hasSomethingToSend: Bool { isReplied && !isFinished && (!outgoing.isEmpty || isFinishing) }
}
