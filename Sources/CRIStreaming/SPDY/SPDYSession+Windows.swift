/// The windows that allow the peer to send more (SPDY/3.1 draft, section 2.6.8).
extension SPDYSession {
  /// Allows the peer to send `count` more bytes on a stream, because its reader has consumed them.
  package mutating func consume(_ count: Int, on id: UInt32) {
    if let stream = streams[id] {
      let count = min(count, stream.unconsumed)
      unconsumed -= count
      streams[id]?.unconsumed -= count
      streams[id]?.credit += count
      replenish(id)
    } else if let left = draining[id] {
      let count = min(count, left)
      unconsumed -= count
      draining[id] = left == count ? nil : left - count
    }
    replenishConnection()
  }

  /// Whether the peer may be waiting for a WINDOW_UPDATE although it has not shown that it implements windows.
  ///
  /// If nothing arrives for a moment (such as 50 ms) while this is true, call `notePeerIdle`.
  package var peerMayBeStalled: Bool {
    guard failure == nil, !peerKnowsWindows, !peerIgnoresWindows else { return false }
    return connectionReceiveWindow < Self.nearlyUsedUp || streams.values.contains(where: Self.mayBeWaiting)
  }

  /// Enlarges windows that are nearly exhausted, because the peer may have stopped for that reason.
  ///
  /// A peer that does not implement windows does not stop, but exceeds them.
  package mutating func notePeerIdle() {
    guard peerMayBeStalled else { return }
    for id in streams.keys.sorted() { if let stream = streams[id], Self.mayBeWaiting(stream) { openWindow(of: id) } }
    if connectionReceiveWindow < Self.nearlyUsedUp, unconsumed < limits.buffer { openConnectionWindow() }
  }

  private static func mayBeWaiting(_ stream: SPDYStream) -> Bool {
    stream.receiveWindow < nearlyUsedUp && stream.credit > 0 && !stream.isFinishedByPeer
  }

  mutating func replenish(_ id: UInt32) {
    guard peerKnowsWindows, let stream = streams[id], !stream.isFinishedByPeer,
      stream.credit >= limits.streamWindow / 2
    else { return }
    openWindow(of: id)
  }

  mutating func openWindow(of id: UInt32) {
    guard let credit = streams[id]?.credit, credit > 0 else { return }
    streams[id]?.credit = 0
    streams[id]?.receiveWindow += credit
    enqueueReply(.windowUpdate(id: id, delta: UInt32(credit)))
  }

  /// One stream with an idle reader must not stop the others, so bytes are counted when they are received, not when
  /// they are consumed.
  mutating func replenishConnection() {
    guard peerKnowsWindows, connectionCredit >= Self.maximumWindow / 2, unconsumed < limits.buffer else { return }
    openConnectionWindow()
  }

  mutating func openConnectionWindow() {
    enqueueReply(.windowUpdate(id: 0, delta: UInt32(connectionCredit)))
    connectionReceiveWindow += connectionCredit
    connectionCredit = 0
  }
}
