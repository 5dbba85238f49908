internal import CRISystem

/// The loop of a connection's thread. The value lives on that thread's stack and is not shared.
struct ConnectionLoop: ~Copyable {
  private struct Stream {
    var id: Int32
    var handler: any StreamHandler
    var deadline: ContinuousClock.Instant?
    /// The time at which the stream fails unless its handler has a response by then.
    var responseDeadline: ContinuousClock.Instant?
    /// Whether the stream needs the heartbeat.
    var isWatched = false
    var hasEnded = false
  }

  /// How long to retry while the listener's queue is full. A call with an earlier deadline fails at its deadline.
  private static let connectTimeout = Duration.seconds(10)

  private let mailbox: Mailbox
  private let role: Session.Role
  /// nil for a server.
  private let address: ServerAddress?
  private let accept: (@Sendable (ServerStream) -> any StreamHandler)?
  private var socket: Descriptor?
  /// The open socket's number, for poll.
  private var socketNumber: Int32?
  /// Whether the server has not accepted or refused the TCP connection yet.
  private var isConnecting = false
  private var streams: [UInt64: Stream] = [:]
  /// The keys of the requests since which the socket has not accepted any data.
  private var unsent: [UInt64] = []
  private var keys = StreamMap<UInt64>()
  private var pings: [UInt64: Mailbox.Ping] = [:]
  private var nextDeadline: ContinuousClock.Instant?
  private var heartbeat = Heartbeat()
  /// The key of the heartbeat's PING. The keys of other PINGs begin with 1.
  private static let heartbeatKey: UInt64 = 0
  private var preface = ServerPreface()
  private var output: [UInt8] = []
  private var sent = 0
  /// Why sending failed; nil while the socket accepts data.
  private var sendFailure: Errno?
  /// The code and debug data of the peer's GOAWAY frame, if it reported an error.
  private var goAwayMessage: String?
  /// Whether the mailbox may contain commands.
  private var isWoken = true
  private var isClosing = false

  init(connectingTo address: ServerAddress, mailbox: Mailbox) {
    self.mailbox = mailbox
    self.address = address
    role = .client
    accept = nil
  }

  init(
    serving socket: consuming Descriptor, mailbox: Mailbox,
    accept: @escaping @Sendable (ServerStream) -> any StreamHandler
  ) {
    self.mailbox = mailbox
    address = nil
    self.accept = accept
    role = .server
    socketNumber = socket.rawValue
    self.socket = consume socket
  }

  /// Runs until the connection ends, then fails all streams and pings that are still open.
  mutating func run() {
    var failure: StreamFailure
    do throws(StreamFailure) {
      failure = try serve()
    } catch {
      failure = error
    }
    let remaining = mailbox.close(failure)
    let notSent = if case .connectionLost(let reason) = failure { StreamFailure.notSent(reason) } else { failure }
    for case .request(_, _, _, _, let handler) in remaining { handler.closed(notSent) }
    for case .ping(_, let ping) in remaining { ping.resume(.failure(failure)) }
    for (key, stream) in streams { stream.handler.closed(unsent.contains(key) ? notSent : failure) }
    for ping in pings.values { ping.resume(.failure(failure)) }
  }

  /// - Returns: Why the connection ended, if it ended in an orderly way.
  private mutating func serve() throws(StreamFailure) -> StreamFailure {
    var session = try Session.open(role: role)
    let start = ContinuousClock.now
    // The buffer is large enough for many frames and is reused for every read.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      if isWoken { for command in mailbox.take() { try apply(command, to: &session) } }
      try expire(&session)
      try runHeartbeat(&session)
      if socket == nil { try connect(since: start) }
      let isSent = try flush(&session)
      try dispatch(&session)
      // Do not wait until the socket accepts the rest of the output: the peer may never read it.
      if isClosing { return .connectionLost("the connection was closed") }
      // A server's last output is a response, so a server waits until it is sent.
      if !session.isAlive && (isSent || role == .client) {
        return lost(session.takeLastError() ?? "the peer is closing the connection")
      }
      if try wait(untilWritable: !isSent) {
        try receive(into: buffer, &session)
        try dispatch(&session)
      } else if let sendFailure {
        throw preface.failureAtEnd ?? lost(sendFailure.description)
      }
    }
  }

  private func lost(_ reason: String) -> StreamFailure { .connectionLost(goAwayMessage ?? reason) }

  // MARK: Socket

  private mutating func connect(since start: ContinuousClock.Instant) throws(StreamFailure) {
    do throws(Errno) {
      switch address {
      case .unix(let path):
        let connected = try UnixSocket.connect(to: path)
        mailbox.peer = try connected.peerCredentials()
        use(connected)
      case .tcp(let address):
        use(try TCPSocket.connect(to: address))
        isConnecting = true
      case nil: break
      }
    } catch {
      if error != .again || ContinuousClock.now - start > Self.connectTimeout { throw .cannotConnect(error) }
    }
  }

  private mutating func use(_ connected: consuming Descriptor) {
    socketNumber = connected.rawValue
    socket = consume connected
  }

  /// Called when the socket is writable, which means that the TCP connection is established or has failed.
  private mutating func finishConnecting() throws(StreamFailure) {
    isConnecting = false
    do throws(Errno) {
      if let failure = try socket?.connectionError() { throw failure }
    } catch {
      throw .cannotConnect(error)
    }
  }

  /// - Returns: False if the socket is full and output remains.
  private mutating func flush(_ session: inout Session) throws(StreamFailure) -> Bool {
    while true {
      if output.isEmpty {
        try session.send(into: &output)
        if output.isEmpty { return true }
      }
      guard socket != nil else { return true }
      if isConnecting { return false }
      if sendFailure != nil { return true }
      while sent < output.count {
        let count: Int?
        do throws(Errno) {
          count = try socket?.send(output, from: sent)
        } catch {
          // The peer may have sent the reason before it closed the socket, so its last output is read first.
          sendFailure = error
          return true
        }
        guard let count else { return false }
        sent += count
        unsent.removeAll(keepingCapacity: true)
      }
      output.removeAll(keepingCapacity: true)
      sent = 0
    }
  }

  /// - Returns: True if the socket is readable.
  private mutating func wait(untilWritable: Bool) throws(StreamFailure) -> Bool {
    let next = [nextDeadline, heartbeat.wakeTime].compactMap(\.self).min()
    var timeout = sendFailure == nil ? next.map { $0 - ContinuousClock.now } : .zero
    var interests: [(descriptor: Int32, read: Bool, write: Bool)] = [(mailbox.wakeDescriptor, true, false)]
    if let socketNumber {
      interests.append((socketNumber, true, untilWritable))
    } else {
      // The listener's queue is full, and no event announces that it has room again.
      timeout = min(timeout ?? .milliseconds(5), .milliseconds(5))
    }
    let ready: [Poll.Readiness]
    do throws(Errno) {
      ready = try Poll.wait(interests, timeout: timeout)
    } catch {
      throw .connectionLost("poll: \(error)")
    }
    isWoken = ready[0].readable
    guard ready.count > 1 else { return false }
    if isConnecting, ready[1].writable { try finishConnecting() }
    return ready[1].readable
  }

  private mutating func receive(into buffer: UnsafeMutableRawBufferPointer, _ session: inout Session)
    throws(StreamFailure)
  {
    let count: Int?
    do throws(Errno) {
      count = try socket?.read(into: buffer)
    } catch {
      throw preface.failureAtEnd ?? lost(error.description)
    }
    guard let count else { return }
    if count == 0 { throw preface.failureAtEnd ?? lost("the peer closed the connection") }
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    guard role == .client, !preface.isComplete else { return try session.receive(bytes) }
    // libnghttp2 reports a peer that does not speak HTTP/2 as an ordinary protocol error, so check the first bytes
    // here.
    guard let first = try preface.append(bytes) else { return }
    try session.receive(first)
  }

  // MARK: Streams

  private mutating func apply(_ command: Mailbox.Command, to session: inout Session) throws(StreamFailure) {
    switch command {
    case .request(let key, let headers, let body, let limit, let handler):
      do throws(StreamFailure) {
        let id = try session.request(headers, body: body)
        streams[key] = Stream(
          id: id, handler: handler, deadline: limit.deadline, responseDeadline: limit.responseDeadline,
          isWatched: limit.heartbeat != nil)
        keys[id] = key
        unsent.append(key)
        if let deadline = limit.deadline { schedule(deadline) }
        if let deadline = limit.responseDeadline { schedule(deadline) }
        if let limits = limit.heartbeat, let probe = heartbeat.start(limits, at: .now) { try send(probe, &session) }
      } catch {
        // The connection has no stream IDs left. The request was not sent, so it can be retried on another connection.
        mailbox.refuse(.refused)
        handler.closed(.refused)
      }
    case .respond(let key, let headers, let endStream):
      if let stream = streams[key] { try session.respond(on: stream.id, headers, endStream: endStream) }
    case .send(let key, let bytes, let trailers):
      if let stream = streams[key] { try session.send(on: stream.id, bytes, trailers: trailers) }
    case .reset(let key, let code):
      pings.removeValue(forKey: key)?.resume(.failure(.cancelled))
      try end(key, .cancelled, code, &session)
    case .consume(let key, let count):
      if let stream = streams[key] { try session.consume(count, on: stream.id) }
    case .ping(let key, let ping):
      pings[key] = ping
      if let deadline = ping.deadline { schedule(deadline) }
      try session.ping(withUnsafeBytes(of: key.bigEndian) { Array($0) })
    case .shutDown:
      isClosing = true
      try session.goAway()
    }
  }

  /// Ends a stream from our side. Its handler is called immediately, without waiting for the peer.
  private mutating func end(
    _ key: UInt64, _ failure: StreamFailure?, _ code: ErrorCode, _ session: inout Session
  ) throws(StreamFailure) {
    guard let stream = remove(key) else { return }
    keys[stream.id] = nil
    stream.handler.closed(failure)
    try session.reset(stream.id, code)
  }

  private mutating func remove(_ key: UInt64) -> Stream? {
    guard let stream = streams.removeValue(forKey: key) else { return nil }
    if stream.isWatched, !streams.values.contains(where: \.isWatched) { heartbeat.stop() }
    return stream
  }

  // MARK: Heartbeat

  private mutating func runHeartbeat(_ session: inout Session) throws(StreamFailure) {
    guard heartbeat.wakeTime != nil else { return }
    switch heartbeat.step(at: .now) {
    case .probe(let probe): try send(probe, &session)
    case .giveUp(let time):
      // The next call connects again.
      mailbox.refuse(.refused)
      for (key, stream) in streams where stream.isWatched { try end(key, .unresponsive(time), .cancel, &session) }
    case nil: break
    }
  }

  private func send(_ probe: Heartbeat.Probe, _ session: inout Session) throws(StreamFailure) {
    switch probe {
    case .ping: try session.ping(withUnsafeBytes(of: Self.heartbeatKey.bigEndian) { Array($0) })
    case .settings: try session.sendEmptySettings()
    }
  }

  // MARK: Deadlines

  private mutating func schedule(_ deadline: ContinuousClock.Instant) {
    nextDeadline = min(nextDeadline ?? deadline, deadline)
  }

  private mutating func expire(_ session: inout Session) throws(StreamFailure) {
    guard let next = nextDeadline, ContinuousClock.now >= next else { return }
    let now = ContinuousClock.now
    for (key, stream) in streams {
      if let deadline = stream.responseDeadline, deadline <= now {
        streams[key]?.responseDeadline = nil
        if !stream.handler.hasResponse {
          try end(key, .deadlineExceeded, .cancel, &session)
          continue
        }
      }
      if let deadline = stream.deadline, deadline <= now {
        try end(key, .deadlineExceeded, .cancel, &session)
      }
    }
    for (key, ping) in pings {
      if let deadline = ping.deadline, deadline <= now {
        pings[key] = nil
        ping.resume(.failure(.deadlineExceeded))
      }
    }
    let deadlines =
      streams.values.compactMap(\.deadline) + streams.values.compactMap(\.responseDeadline)
      + pings.values.compactMap(\.deadline)
    nextDeadline = deadlines.min()
  }

  private mutating func dispatch(_ session: inout Session) throws(StreamFailure) {
    var ended: [UInt64] = []
    for event in session.takeEvents() {
      switch event {
      case .headers(let id, let headers, let endStream):
        if role == .server, keys[id] == nil { open(id) }
        handler(of: id)?.received(headers: headers, endStream: endStream)
      case .data(let id, let bytes):
        try session.consumeConnection(bytes.count)
        if handler(of: id)?.received(data: bytes) ?? true { try session.consume(bytes.count, on: id) }
      case .endStream(let id):
        if let key = keys[id] {
          streams[key]?.hasEnded = true
          streams[key]?.handler.ended()
          ended.append(key)
        }
      case .closed(let id, let code, let byPeer):
        close(id, code, byPeer: byPeer, &session)
      case .malformed(let id, let reason):
        if let key = keys[id] {
          try end(key, .malformed(reason), .enhanceYourCalm, &session)
        } else {
          try session.reset(id, .enhanceYourCalm)
        }
      case .goAway(_, let code, let debug):
        // libnghttp2 closes the streams after the last served one with REFUSED_STREAM.
        mailbox.refuse(.refused)
        if code != .noError { goAwayMessage = "the peer closed the connection: \(code) \(debug)" }
      case .pong(let payload):
        let key = payload.reduce(0) { $0 << 8 | UInt64($1) }
        if key == Self.heartbeatKey { heartbeat.acknowledged(.ping, at: .now) }
        if let ping = pings.removeValue(forKey: key) {
          ping.resume(.success(ContinuousClock.now - ping.sent))
        }
      }
    }
    if heartbeat.isAwaiting(.settings), session.unacknowledgedSettings == 0 {
      heartbeat.acknowledged(.settings, at: .now)
    }
    // A server may respond before it has read the whole request; the rest of the request is not sent.
    if role == .client { for key in ended { try end(key, nil, .cancel, &session) } }
  }

  private mutating func open(_ id: Int32) {
    guard let accept else { return }
    let key = mailbox.makeKey()
    keys[id] = key
    streams[key] = Stream(id: id, handler: accept(ServerStream(mailbox: mailbox, key: key)), deadline: nil)
  }

  private func handler(of id: Int32) -> (any StreamHandler)? { keys[id].flatMap { streams[$0]?.handler } }

  private mutating func close(_ id: Int32, _ code: ErrorCode, byPeer: Bool, _ session: inout Session) {
    guard let key = keys.removeValue(of: id), let stream = remove(key) else { return }
    let failure: StreamFailure? =
      if stream.hasEnded && (role == .client || code == .noError) {
        nil
      } else if byPeer {
        .reset(code)
      } else if code == .refusedStream {
        .refused
      } else {
        // Streams that we ended are no longer in `streams`, so libnghttp2 ended this one.
        .malformed(session.takeLastError() ?? code.description)
      }
    stream.handler.closed(failure)
  }
}
