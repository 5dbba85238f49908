/// One end of a SPDY/3.1 connection as a value: bytes in, events and bytes out, no I/O of its own.
///
/// Source: SPDY/3.1 draft, section 2; the parts that Kubernetes uses. The same type serves both ends. A session belongs
/// to one thread. After `receiveFrames` has thrown, `send` still yields a GOAWAY; then the connection is to be closed.
///
/// Facts about moby/spdystream, the other end of nearly every session, that shape this one:
/// - It ignores SETTINGS and WINDOW_UPDATE: see `SPDYSendWindows` and `wantsRead`.
/// - It drops DATA that arrives before it has sent its SYN_REPLY: data waits here for the reply.
/// - It ends a connection with RST_STREAM on every stream and GOAWAY, not with FINs.
package struct SPDYSession: ~Copyable {
  package enum Role: Sendable { case client, server }

  package let role: Role
  let limits: SPDYLimits
  private var encoder: SPDYFrameEncoder
  private var decoder: SPDYFrameDecoder
  /// Encoded control frames; order matters, since header blocks depend on earlier ones.
  private var control: [UInt8]
  private var events: [SPDYEvent] = []
  private var failure: SPDYFailure?

  var streams: [UInt32: SPDYStream] = [:]
  /// Streams that have something to send, in turn.
  var turns: [UInt32] = []
  private var nextStream: UInt32
  private var lastPeerStream: UInt32 = 0
  private var nextPing: UInt32
  private var isGoingAway = false
  private var isShuttingDown = false
  private var peerGoAway: SPDYGoAwayStatus?

  /// The initial window of streams that we send on (section 2.6.8: 64 KiB until the peer says otherwise).
  private var initialSendWindow = 64 << 10
  var connectionSendWindow = 64 << 10
  var keepsToSendWindows: Bool
  /// Bytes of all streams that readers have and have not consumed.
  package private(set) var unconsumed = 0
  /// The part of `unconsumed` on streams that are over.
  private var draining: [UInt32: Int] = [:]
  private var connectionCredit = 0

  package init(role: Role, limits: SPDYLimits = SPDYLimits()) throws(SPDYFailure) {
    self.role = role
    self.limits = limits
    var settings = [SPDYSetting(id: SPDYSetting.initialWindowSize, value: UInt32(limits.streamWindow))]
    if role == .server {
      settings.append(SPDYSetting(id: SPDYSetting.maxConcurrentStreams, value: UInt32(limits.streams)))
    }
    var encoder = try SPDYFrameEncoder()
    let decoder = try SPDYFrameDecoder()
    var control: [UInt8] = []
    try encoder.encode(.settings(settings), into: &control)
    if limits.buffer > 64 << 10 {
      try encoder.encode(.windowUpdate(id: 0, delta: UInt32(limits.buffer - 64 << 10)), into: &control)
    }
    self.encoder = encoder
    self.decoder = decoder
    self.control = control
    nextStream = role == .client ? 1 : 2
    nextPing = nextStream
    keepsToSendWindows = limits.sendWindows == .always
  }

  // MARK: Bytes

  /// Takes bytes from the peer.
  package mutating func receiveFrames(_ bytes: [UInt8]) throws(SPDYFailure) {
    if let failure { throw failure }
    do throws(SPDYFailure) {
      var rest = bytes[...]
      while let frame = try decoder.next(&rest) {
        try handle(frame)
        guard control.count <= limits.replies else { throw .unreadReplies(limit: limits.replies) }
      }
    } catch {
      fail(error)
      throw error
    }
  }

  /// Adds to `output` what is to be sent now, up to about `limit` bytes.
  package mutating func send(into output: inout [UInt8], limit: Int) {
    output += control
    control = []
    guard failure == nil else { return }
    while output.count < limit, let (id, count) = nextTurn() { sendData(on: id, count, into: &output) }
    // As moby/spdystream does: RST_STREAM for what the peer has not finished, then GOAWAY.
    if isShuttingDown, !isGoingAway, streams.values.allSatisfy({ $0.isFinished || !$0.isReplied }) {
      close(.okay)
      output += control
      control = []
    }
  }

  /// The events since the last call.
  package mutating func takeFrameEvents() -> [SPDYEvent] {
    defer { events = [] }
    return events
  }

  /// False while readers have not consumed so much that no more should be read from the connection.
  package var wantsRead: Bool { failure == nil && unconsumed < limits.buffer }

  /// False when the session is over and the connection can be closed.
  package var isAlive: Bool { failure == nil && !((isGoingAway || peerGoAway != nil) && streams.isEmpty) }

  // MARK: Streams

  /// Opens a stream. Its data is held back until the peer has accepted it.
  /// - Throws: `.goneAway` if the peer takes no more streams.
  package mutating func openStream(_ fields: [HTTPField]) throws(SPDYFailure) -> UInt32 {
    if let failure { throw failure }
    if let peerGoAway { throw .goneAway(peerGoAway) }
    guard nextStream < 0x8000_0000 else { throw .noMoreStreams }
    let id = nextStream
    nextStream += 2
    try enqueue(.synStream(id: id, fields))
    streams[id] = SPDYStream(isReplied: false, isOurs: true, sendWindow: initialSendWindow)
    return id
  }

  /// Accepts a stream that the peer has opened.
  package mutating func reply(on id: UInt32, _ fields: [HTTPField] = []) throws(SPDYFailure) {
    guard streams[id]?.isReplied == false, streams[id]?.isOurs == false else { return }
    try enqueue(.synReply(id: id, fields))
    streams[id]?.isReplied = true
    schedule(id)
  }

  /// Adds data; nothing happens if the stream is over or finished.
  package mutating func write(_ bytes: [UInt8], on id: UInt32) {
    guard !bytes.isEmpty, streams[id]?.isFinishing == false else { return }
    streams[id]?.outgoing.append(bytes)
    schedule(id)
  }

  /// Half-closes a stream after the data written so far.
  package mutating func finishStream(_ id: UInt32) {
    guard streams[id]?.isFinishing == false else { return }
    streams[id]?.isFinishing = true
    schedule(id)
  }

  /// Ends a stream at once in both directions; what its reader has not consumed is forgotten.
  package mutating func reset(_ id: UInt32, _ status: SPDYStatus) {
    guard let stream = streams.removeValue(forKey: id) else { return forget(id) }
    unconsumed -= stream.unconsumed
    turns.removeAll { $0 == id }
    enqueueReply(.reset(id: id, status))
    replenishConnection()
  }

  /// Bytes that wait to be sent on a stream; nil if it is over.
  package func unsent(on id: UInt32) -> Int? { streams[id]?.outgoing.count }

  /// Whether a stream waits for the peer to open a window.
  package func isBlocked(_ id: UInt32) -> Bool {
    guard keepsToSendWindows, let stream = streams[id], !stream.outgoing.isEmpty else { return false }
    return stream.sendWindow <= 0 || connectionSendWindow <= 0
  }

  /// Lets the peer send `count` more bytes on a stream: its reader has taken them.
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

  /// Asks for a sign of life; the answer comes as `.pong` with the same number.
  package mutating func sendPing() throws(SPDYFailure) -> UInt32 {
    let id = nextPing
    nextPing = nextPing > 0x7fff_fffd ? nextPing & 1 + 2 : nextPing + 2
    try enqueue(.ping(id))
    return id
  }

  /// Takes no more streams, and ends the open ones.
  package mutating func close(_ status: SPDYGoAwayStatus) {
    guard failure == nil, !isGoingAway else { return }
    for id in streams.keys.sorted() { reset(id, .cancel) }
    isGoingAway = true
    enqueueReply(.goAway(lastStream: lastPeerStream, status))
  }

  /// Closes the connection when everything that has been written is sent.
  package mutating func shutDown() {
    for id in streams.keys.sorted() { finishStream(id) }
    isShuttingDown = true
  }

  // MARK: Frames

  private mutating func handle(_ frame: SPDYFrame) throws(SPDYFailure) {
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
      // Whoever sent it first gets it back (section 2.6.5).
      if id & 1 == nextPing & 1 { events.append(.pong(id)) } else { try enqueue(.ping(id)) }
    case .goAway(let lastStream, let status): wentAway(lastStream, status)
    case .windowUpdate(let id, let delta): try openedWindow(of: id, by: Int(delta))
    }
  }

  private mutating func opened(
    _ id: UInt32, _ fields: [HTTPField], isLast: Bool, isUnidirectional: Bool
  ) throws(SPDYFailure) {
    guard id & 1 != nextStream & 1 else { throw .invalidStream(id, reason: "its number belongs to us") }
    guard id > lastPeerStream else { throw .invalidStream(id, reason: "opened after stream \(lastPeerStream)") }
    lastPeerStream = id
    guard !isGoingAway else { return }
    guard streams.values.count(where: { !$0.isOurs }) < limits.streams else {
      return enqueueReply(.reset(id: id, .refusedStream))
    }
    var stream = SPDYStream(isReplied: false, isOurs: false, sendWindow: initialSendWindow)
    stream.isFinishing = isUnidirectional
    stream.isFinished = isUnidirectional
    streams[id] = stream
    events.append(.opened(stream: id, fields))
    if isLast { finishedByPeer(id) }
  }

  private mutating func replied(_ id: UInt32, _ fields: [HTTPField], isLast: Bool) {
    guard let stream = streams[id] else { return }
    guard stream.isOurs, !stream.isReplied else { return breakOff(id, .protocolError) }
    streams[id]?.isReplied = true
    events.append(.replied(stream: id, fields))
    schedule(id)
    if isLast { finishedByPeer(id) }
  }

  private mutating func received(_ bytes: [UInt8], on id: UInt32, isLast: Bool) {
    connectionCredit += bytes.count
    defer { replenishConnection() }
    guard let stream = streams[id] else {
      // Data of a stream that has just been reset is still on its way; any other stream is unknown.
      let wasOpen = id & 1 == nextStream & 1 ? id < nextStream : id <= lastPeerStream
      if !wasOpen { enqueueReply(.reset(id: id, .invalidStream)) }
      return
    }
    if stream.isFinishedByPeer { return breakOff(id, .streamAlreadyClosed) }
    if stream.isOurs, !stream.isReplied { return breakOff(id, .protocolError) }
    if !bytes.isEmpty {
      unconsumed += bytes.count
      streams[id]?.unconsumed += bytes.count
      events.append(.data(stream: id, bytes))
    }
    if isLast { finishedByPeer(id) }
  }

  private mutating func finishedByPeer(_ id: UInt32) {
    guard let stream = streams[id] else { return }
    if stream.isFinishedByPeer { return breakOff(id, .streamAlreadyClosed) }
    streams[id]?.isFinishedByPeer = true
    events.append(.endStream(stream: id))
    if stream.isFinished { remove(id) }
  }

  /// Ends a stream on which the peer broke the protocol.
  private mutating func breakOff(_ id: UInt32, _ status: SPDYStatus) {
    remove(id)
    enqueueReply(.reset(id: id, status))
    events.append(.reset(stream: id, status, byPeer: false))
  }

  private mutating func apply(_ settings: [SPDYSetting]) throws(SPDYFailure) {
    for setting in settings where setting.id == SPDYSetting.initialWindowSize {
      guard setting.value < 0x8000_0000 else { throw .windowOverflow(stream: 0) }
      if limits.sendWindows == .automatic { keepsToSendWindows = true }
      let change = Int(setting.value) - initialSendWindow
      initialSendWindow += change
      for id in streams.keys.sorted() {
        streams[id]?.sendWindow += change
        schedule(id)
      }
    }
  }

  private mutating func openedWindow(of id: UInt32, by delta: Int) throws(SPDYFailure) {
    guard delta > 0 else { throw .malformed(frame: "WINDOW_UPDATE", reason: "a delta of 0") }
    keepsToSendWindows = true
    if id == 0 {
      connectionSendWindow += delta
      guard connectionSendWindow <= 0x7fff_ffff else { throw .windowOverflow(stream: 0) }
      for id in streams.keys.sorted() { schedule(id) }
    } else if let stream = streams[id] {
      guard stream.sendWindow + delta <= 0x7fff_ffff else { return breakOff(id, .flowControlError) }
      streams[id]?.sendWindow += delta
      schedule(id)
    }
  }

  private mutating func wentAway(_ lastStream: UInt32, _ status: SPDYGoAwayStatus) {
    if peerGoAway == nil { peerGoAway = status }
    events.append(.goAway(lastStream: lastStream, status))
    // The peer never looked at these.
    for id in streams.keys.sorted() where streams[id]?.isOurs == true && id > lastStream {
      remove(id)
      events.append(.reset(stream: id, .refusedStream, byPeer: true))
    }
  }

  // MARK: Bookkeeping

  /// Forgets a stream; its reader may still have bytes of it.
  mutating func remove(_ id: UInt32) {
    guard let stream = streams.removeValue(forKey: id) else { return }
    if stream.unconsumed > 0 { draining[id] = stream.unconsumed }
    turns.removeAll { $0 == id }
  }

  private mutating func forget(_ id: UInt32) {
    unconsumed -= draining.removeValue(forKey: id) ?? 0
    replenishConnection()
  }

  private mutating func replenish(_ id: UInt32) {
    guard let stream = streams[id], !stream.isFinishedByPeer, stream.credit >= limits.streamWindow / 2 else { return }
    streams[id]?.credit = 0
    enqueueReply(.windowUpdate(id: id, delta: UInt32(stream.credit)))
  }

  /// One stream whose reader is idle must not stop the others: bytes count as received, not as consumed.
  private mutating func replenishConnection() {
    guard connectionCredit >= limits.buffer / 2, unconsumed < limits.buffer else { return }
    enqueueReply(.windowUpdate(id: 0, delta: UInt32(connectionCredit)))
    connectionCredit = 0
  }

  private mutating func fail(_ error: SPDYFailure) {
    failure = error
    for id in streams.keys.sorted() { remove(id) }
    enqueueReply(.goAway(lastStream: lastPeerStream, .protocolError))
  }

  private mutating func enqueue(_ frame: SPDYFrame) throws(SPDYFailure) { try encoder.encode(frame, into: &control) }

  /// Enqueues a frame without headers, whose encoding cannot fail.
  private mutating func enqueueReply(_ frame: SPDYFrame) {
    do throws(SPDYFailure) { try enqueue(frame) } catch { failure = error }
  }
}
