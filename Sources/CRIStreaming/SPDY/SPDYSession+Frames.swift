/// The effects of the peer's frames.
extension SPDYSession {
  mutating func handle(_ frame: SPDYFrame) throws(SPDYFailure) {
    switch frame {
    case .synStream(let id, _, _, let fields, let isLast, let isUnidirectional):
      try opened(id, fields, isLast: isLast, isUnidirectional: isUnidirectional)
    case .synReply(let id, let fields, let isLast): replied(id, fields, isLast: isLast)
    case .headers(let id, let fields, let isLast):
      guard streams[id] != nil else { return }
      events.append(.headers(stream: id, fields))
      if isLast { finishedByPeer(id) }
    case .data(let id, let bytes, let isLast): received(bytes, on: id, isLast: isLast)
    case .reset(let id, let status):
      guard streams[id] != nil else { return }
      remove(id)
      events.append(.reset(stream: id, status, byPeer: true))
    case .settings(let settings): try apply(settings)
    case .ping(let id):
      // The receiver of a ping sends it back (section 2.6.5).
      if id & 1 == nextPing & 1 { events.append(.pong(id)) } else { try enqueue(.ping(id)) }
    case .goAway(let lastStream, let status): receivedGoAway(lastStream, status)
    case .windowUpdate(let id, let delta): try openedWindow(of: id, by: Int(delta))
    }
  }

  mutating func opened(
    _ id: UInt32, _ fields: [HTTPField], isLast: Bool, isUnidirectional: Bool
  ) throws(SPDYFailure) {
    guard id & 1 != nextStream & 1 else {
      throw .invalidStream(id, reason: "the ID is reserved for streams of this end")
    }
    guard id > lastPeerStream else { throw .invalidStream(id, reason: "it was opened after stream \(lastPeerStream)") }
    lastPeerStream = id
    guard !isGoingAway else { return }
    guard streams.values.count(where: { !$0.isOurs }) < limits.streams else {
      return enqueueReply(.reset(id: id, .refusedStream))
    }
    var stream = SPDYStream(
      isReplied: false, isOurs: false, sendWindow: initialSendWindow, receiveWindow: limits.streamWindow)
    stream.isFinishing = isUnidirectional
    stream.isFinished = isUnidirectional
    streams[id] = stream
    events.append(.opened(stream: id, fields))
    if isLast { finishedByPeer(id) }
  }

  mutating func replied(_ id: UInt32, _ fields: [HTTPField], isLast: Bool) {
    guard let stream = streams[id] else { return }
    guard stream.isOurs, !stream.isReplied else { return abort(id, .protocolError) }
    streams[id]?.isReplied = true
    events.append(.replied(stream: id, fields))
    schedule(id)
    if isLast { finishedByPeer(id) }
  }

  mutating func received(_ bytes: [UInt8], on id: UInt32, isLast: Bool) {
    connectionCredit += bytes.count
    connectionReceiveWindow -= bytes.count
    if connectionReceiveWindow < 0 { peerIgnoresWindows = true }
    defer { replenishConnection() }
    guard let stream = streams[id] else {
      // Data for a stream that has just been reset may still be in transit; any other stream is unknown.
      let wasOpen = id & 1 == nextStream & 1 ? id < nextStream : id <= lastPeerStream
      if !wasOpen, lastRejectedStream != id {
        lastRejectedStream = id
        enqueueReply(.reset(id: id, .invalidStream))
      }
      return
    }
    // CRI-O may end an output before it sends the last data, and crictl accepts that.
    if stream.isFinishedByPeer, !stream.isOurs { return abort(id, .streamAlreadyClosed) }
    if stream.isOurs, !stream.isReplied { return abort(id, .protocolError) }
    if !bytes.isEmpty {
      unconsumed += bytes.count
      streams[id]?.unconsumed += bytes.count
      streams[id]?.receiveWindow -= bytes.count
      if stream.receiveWindow < bytes.count { peerIgnoresWindows = true }
      events.append(.data(stream: id, bytes))
    }
    if isLast { finishedByPeer(id) }
  }

  mutating func finishedByPeer(_ id: UInt32) {
    guard let stream = streams[id] else { return }
    if stream.isFinishedByPeer {
      if !stream.isOurs { abort(id, .streamAlreadyClosed) }
      return
    }
    streams[id]?.isFinishedByPeer = true
    events.append(.endStream(stream: id))
    if stream.isFinished { remove(id) }
  }

  /// Ends a stream on which the peer has violated the protocol.
  mutating func abort(_ id: UInt32, _ status: SPDYStatus) {
    remove(id)
    enqueueReply(.reset(id: id, status))
    events.append(.reset(stream: id, status, byPeer: false))
  }

  mutating func apply(_ settings: [SPDYSetting]) throws(SPDYFailure) {
    for setting in settings where setting.id == SPDYSetting.initialWindowSize {
      guard setting.value < 0x8000_0000 else { throw .windowOverflow(stream: 0) }
      respectsSendWindows = true
      peerKnowsWindows = true
      let change = Int(setting.value) - initialSendWindow
      initialSendWindow += change
      for id in streams.keys.sorted() {
        streams[id]?.sendWindow += change
        schedule(id)
      }
    }
  }

  mutating func openedWindow(of id: UInt32, by delta: Int) throws(SPDYFailure) {
    guard delta > 0 else { throw .malformed(frame: "WINDOW_UPDATE", reason: "the delta is 0") }
    respectsSendWindows = true
    peerKnowsWindows = true
    if id == 0 {
      connectionSendWindow += delta
      guard connectionSendWindow <= 0x7fff_ffff else { throw .windowOverflow(stream: 0) }
      for id in streams.keys.sorted() { schedule(id) }
    } else if let stream = streams[id] {
      guard stream.sendWindow + delta <= 0x7fff_ffff else { return abort(id, .flowControlError) }
      streams[id]?.sendWindow += delta
      schedule(id)
    }
  }

  mutating func receivedGoAway(_ lastStream: UInt32, _ status: SPDYGoAwayStatus) {
    if peerGoAway == nil { peerGoAway = status }
    events.append(.goAway(lastStream: lastStream, status))
    // The peer has not processed these streams.
    for id in streams.keys.sorted() where streams[id]?.isOurs == true && id > lastStream {
      remove(id)
      events.append(.reset(stream: id, .refusedStream, byPeer: true))
    }
  }
}
