/// One end of a SPDY/3.1 connection. It converts bytes to events and events to bytes, without I/O.
///
/// Source: SPDY/3.1 draft, section 2, limited to the parts that Kubernetes uses. The same type is used for both ends. A
/// session belongs to a single thread. After `receiveFrames` has thrown, `send` still returns a GOAWAY; then close the
/// connection.
///
/// moby/spdystream, which is nearly always the peer, determines this design:
/// - It ignores SETTINGS and WINDOW_UPDATE: see `SPDYSendWindows` and `wantsRead`.
/// - It closes its connection as soon as a command ends. Unread bytes then make the kernel reset the connection and
///   discard output and status in transit, so nothing unnecessary may be sent to it.
/// - It discards DATA that arrives before it has sent its SYN_REPLY, so data is queued here until the reply arrives.
/// - It ends a connection with RST_STREAM on every stream and GOAWAY, not with FINs.
package struct SPDYSession: ~Copyable {
  package enum Role: Sendable { case client, server }

  package let role: Role
  let limits: SPDYLimits
  private var encoder: SPDYFrameEncoder
  var decoder: SPDYFrameDecoder
  /// Encoded control frames. Their order matters, because header blocks depend on earlier ones.
  private var control: [UInt8]
  var events: [SPDYEvent] = []
  var failure: SPDYFailure?

  var streams: [UInt32: SPDYStream] = [:]
  /// The streams that have something to send, in the order in which they take turns.
  var turns: [UInt32] = []
  var nextStream: UInt32
  var lastPeerStream: UInt32 = 0
  /// The stream whose data was rejected last, although it was never open. A long DATA frame arrives in pieces.
  var lastRejectedStream: UInt32?
  var nextPing: UInt32
  var isGoingAway = false
  var isShuttingDown = false
  var peerGoAway: SPDYGoAwayStatus?

  /// The initial window of streams that we send on (section 2.6.8: 64 KiB until the peer changes it).
  var initialSendWindow = 64 << 10
  var connectionSendWindow = 64 << 10
  var respectsSendWindows: Bool
  /// The number of bytes of all streams that readers have received but not consumed.
  package internal(set) var unconsumed = 0
  /// The part of `unconsumed` on streams that have ended.
  var draining: [UInt32: Int] = [:]
  /// The number of received bytes for which no WINDOW_UPDATE has been sent to the peer.
  var connectionCredit = 0
  /// What remains of the window that we granted the peer; negative if the peer ignores windows.
  var connectionReceiveWindow = Self.maximumWindow
  /// Whether the peer has exceeded a window, which shows that it does not need a WINDOW_UPDATE.
  var peerIgnoresWindows = false
  /// Whether the peer has sent a WINDOW_UPDATE or an initial window, which shows that it implements windows.
  var peerKnowsWindows = false
  static var maximumWindow: Int { 0x7fff_ffff }
  /// If less than this remains of a window, a peer that does not split frames may delay a frame.
  static var nearlyUsedUp: Int { 16 << 10 }

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
    // The streams' windows limit a peer that respects windows, and `wantsRead` limits any peer.
    try encoder.encode(.windowUpdate(id: 0, delta: UInt32(Self.maximumWindow - 64 << 10)), into: &control)
    self.encoder = encoder
    self.decoder = decoder
    self.control = control
    nextStream = role == .client ? 1 : 2
    nextPing = nextStream
    respectsSendWindows = limits.sendWindows == .always
  }

  // MARK: Bytes

  /// Adds bytes from the peer.
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

  /// Appends the bytes to send now to `output`, up to about `limit` bytes.
  package mutating func send(into output: inout [UInt8], limit: Int) {
    output += control
    control = []
    guard failure == nil else { return }
    while output.count < limit, let (id, count) = nextTurn() { sendData(on: id, count, into: &output) }
    // Like moby/spdystream, send RST_STREAM for streams that the peer has not finished, then GOAWAY.
    if isShuttingDown, !isGoingAway, streams.values.allSatisfy({ $0.isFinished || !$0.isReplied }) {
      close(.okay)
      output += control
      control = []
    }
  }

  /// Returns the events since the last call.
  package mutating func takeFrameEvents() -> [SPDYEvent] {
    defer { events = [] }
    return events
  }

  /// False if so much data is unconsumed that the caller should not read from the connection.
  package var wantsRead: Bool { failure == nil && unconsumed < limits.buffer }

  /// Whether the session is still in use; if not, the connection can be closed.
  package var isAlive: Bool { failure == nil && !((isGoingAway || peerGoAway != nil) && streams.isEmpty) }

  // MARK: Streams

  /// Opens a stream. Its data is held back until the peer has accepted it.
  /// - Throws: `.goneAway` if the peer no longer accepts new streams.
  package mutating func openStream(_ fields: [HTTPField]) throws(SPDYFailure) -> UInt32 {
    if let failure { throw failure }
    if let peerGoAway { throw .goneAway(peerGoAway) }
    guard nextStream < 0x8000_0000 else { throw .noMoreStreams }
    let id = nextStream
    nextStream += 2
    try enqueue(.synStream(id: id, fields))
    streams[id] = SPDYStream(
      isReplied: false, isOurs: true, sendWindow: initialSendWindow, receiveWindow: limits.streamWindow)
    return id
  }

  /// Accepts a stream that the peer has opened.
  package mutating func reply(on id: UInt32, _ fields: [HTTPField] = []) throws(SPDYFailure) {
    guard streams[id]?.isReplied == false, streams[id]?.isOurs == false else { return }
    try enqueue(.synReply(id: id, fields))
    streams[id]?.isReplied = true
    schedule(id)
  }

  /// Adds data unless the stream has ended or is finished.
  package mutating func write(_ bytes: [UInt8], on id: UInt32) {
    guard !bytes.isEmpty, streams[id]?.isFinishing == false else { return }
    streams[id]?.outgoing.append(bytes)
    schedule(id)
  }

  /// Half-closes a stream once everything written so far has been sent.
  package mutating func finishStream(_ id: UInt32) {
    guard streams[id]?.isFinishing == false else { return }
    streams[id]?.isFinishing = true
    schedule(id)
  }

  /// Ends a stream immediately in both directions. Data that its reader has not consumed is still counted.
  package mutating func reset(_ id: UInt32, _ status: SPDYStatus) {
    guard streams[id] != nil else { return }
    remove(id)
    enqueueReply(.reset(id: id, status))
  }

  /// The number of bytes waiting to be sent on a stream; nil if it has ended.
  package func unsent(on id: UInt32) -> Int? { streams[id]?.outgoing.count }

  /// Whether a stream is waiting for the peer to enlarge a window.
  package func isBlocked(_ id: UInt32) -> Bool {
    guard respectsSendWindows, let stream = streams[id], !stream.outgoing.isEmpty else { return false }
    return stream.sendWindow <= 0 || connectionSendWindow <= 0
  }

  /// Sends a ping; the response is a `.pong` with the same ID.
  package mutating func sendPing() throws(SPDYFailure) -> UInt32 {
    let id = nextPing
    nextPing = nextPing > 0x7fff_fffd ? nextPing & 1 + 2 : nextPing + 2
    try enqueue(.ping(id))
    return id
  }

  /// Stops accepting new streams, and ends the open ones.
  package mutating func close(_ status: SPDYGoAwayStatus) {
    guard failure == nil, !isGoingAway else { return }
    for id in streams.keys.sorted() { reset(id, .cancel) }
    isGoingAway = true
    enqueueReply(.goAway(lastStream: lastPeerStream, status))
  }

  /// Closes the connection after all written data has been sent.
  package mutating func shutDown() {
    for id in streams.keys.sorted() { finishStream(id) }
    isShuttingDown = true
  }

  // MARK: Bookkeeping

  /// Removes a stream; its reader may still have unconsumed bytes.
  mutating func remove(_ id: UInt32) {
    guard let stream = streams.removeValue(forKey: id) else { return }
    if stream.unconsumed > 0 { draining[id] = stream.unconsumed }
    turns.removeAll { $0 == id }
  }

  mutating func fail(_ error: SPDYFailure) {
    failure = error
    for id in streams.keys.sorted() { remove(id) }
    enqueueReply(.goAway(lastStream: lastPeerStream, .protocolError))
  }

  mutating func enqueue(_ frame: SPDYFrame) throws(SPDYFailure) { try encoder.encode(frame, into: &control) }

  /// Enqueues a frame without headers, whose encoding cannot fail.
  mutating func enqueueReply(_ frame: SPDYFrame) {
    do throws(SPDYFailure) { try enqueue(frame) } catch { failure = error }
  }
}
