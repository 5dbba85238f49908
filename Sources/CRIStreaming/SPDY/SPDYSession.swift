/// One end of a SPDY/3.1 connection. It turns bytes into events and bytes, and does no I/O.
///
/// Source: SPDY/3.1 draft, section 2; the parts that Kubernetes uses. The same type serves both ends. A session belongs
/// to one thread. After `receiveFrames` has thrown, `send` still yields a GOAWAY; then the connection is to be closed.
///
/// Facts about moby/spdystream, the other end of nearly every session, that shape this one:
/// - It ignores SETTINGS and WINDOW_UPDATE: see `SPDYSendWindows` and `wantsRead`.
/// - It closes its connection at once when a command ends. Bytes that it has not read then make the kernel reset the
///   connection and drop output and status that are still on their way: so nothing may be sent to it without need.
/// - It drops DATA that arrives before it has sent its SYN_REPLY: data waits here for the reply.
/// - It ends a connection with RST_STREAM on every stream and GOAWAY, not with FINs.
package struct SPDYSession: ~Copyable {
  package enum Role: Sendable { case client, server }

  package let role: Role
  let limits: SPDYLimits
  private var encoder: SPDYFrameEncoder
  var decoder: SPDYFrameDecoder
  /// Encoded control frames; order matters, since header blocks depend on earlier ones.
  private var control: [UInt8]
  var events: [SPDYEvent] = []
  var failure: SPDYFailure?

  var streams: [UInt32: SPDYStream] = [:]
  /// Streams that have something to send, in turn.
  var turns: [UInt32] = []
  var nextStream: UInt32
  var lastPeerStream: UInt32 = 0
  var nextPing: UInt32
  var isGoingAway = false
  var isShuttingDown = false
  var peerGoAway: SPDYGoAwayStatus?

  /// The initial window of streams that we send on (section 2.6.8: 64 KiB until the peer says otherwise).
  var initialSendWindow = 64 << 10
  var connectionSendWindow = 64 << 10
  var keepsToSendWindows: Bool
  /// Bytes of all streams that readers have and have not consumed.
  package internal(set) var unconsumed = 0
  /// The part of `unconsumed` on streams that are over.
  var draining: [UInt32: Int] = [:]
  /// Bytes received for which the peer has got no WINDOW_UPDATE yet.
  var connectionCredit = 0
  /// What is left of the window that the peer was given; below zero if it does not keep to windows.
  var connectionReceiveWindow = Self.largestWindow
  /// The peer has sent more than a window allows: it needs no WINDOW_UPDATE.
  var peerIgnoresWindows = false
  /// The peer has sent a WINDOW_UPDATE or an initial window: it knows windows.
  var peerKnowsWindows = false
  static var largestWindow: Int { 0x7fff_ffff }
  /// A window with less than this left may hold back a frame of a peer that does not split frames.
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
    // The streams' windows bound what a peer with windows sends, and `wantsRead` what any peer does.
    try encoder.encode(.windowUpdate(id: 0, delta: UInt32(Self.largestWindow - 64 << 10)), into: &control)
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

  /// Ends a stream at once in both directions. What its reader has and has not consumed still counts.
  package mutating func reset(_ id: UInt32, _ status: SPDYStatus) {
    guard streams[id] != nil else { return }
    remove(id)
    enqueueReply(.reset(id: id, status))
  }

  /// Bytes that wait to be sent on a stream; nil if it is over.
  package func unsent(on id: UInt32) -> Int? { streams[id]?.outgoing.count }

  /// Whether a stream waits for the peer to open a window.
  package func isBlocked(_ id: UInt32) -> Bool {
    guard keepsToSendWindows, let stream = streams[id], !stream.outgoing.isEmpty else { return false }
    return stream.sendWindow <= 0 || connectionSendWindow <= 0
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

  // MARK: Bookkeeping

  /// Forgets a stream; its reader may still have bytes of it.
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
