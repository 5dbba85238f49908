internal import CRISystem

/// What a connection's thread does. It lives on that thread's stack, and nothing else sees it.
struct ConnectionLoop: ~Copyable {
  private struct Stream {
    var id: Int32
    var handler: any StreamHandler
    var deadline: ContinuousClock.Instant?
    var hasEnded = false
  }

  /// How long a full listen queue is waited for; a call with a deadline gives up sooner.
  private static let connectPatience = Duration.seconds(10)

  private let mailbox: Mailbox
  private let role: Session.Role
  private let path: String
  private let accept: (@Sendable (ServerStream) -> any StreamHandler)?
  private var socket: Descriptor?
  /// The open socket's number, for poll.
  private var socketNumber: Int32?
  private var streams: [UInt64: Stream] = [:]
  private var keys: [Int32: UInt64] = [:]
  private var pings: [UInt64: Mailbox.Ping] = [:]
  private var nextDeadline: ContinuousClock.Instant?
  private var greeting = Greeting()
  private var output: [UInt8] = []
  private var sent = 0
  /// Why nothing can be sent any more.
  private var sendFailure: Errno?
  /// What the peer said with its GOAWAY, where that was more than a goodbye.
  private var farewell: String?
  /// The mailbox may hold something.
  private var isWoken = true
  private var isClosing = false

  init(connectingTo path: String, mailbox: Mailbox) {
    self.mailbox = mailbox
    self.path = path
    role = .client
    accept = nil
  }

  init(
    serving socket: consuming Descriptor, mailbox: Mailbox,
    accept: @escaping @Sendable (ServerStream) -> any StreamHandler
  ) {
    self.mailbox = mailbox
    self.path = ""
    self.accept = accept
    role = .server
    socketNumber = socket.rawValue
    self.socket = consume socket
  }

  /// Runs until the connection is over, then tells everybody who still waits.
  mutating func run() {
    var failure: StreamFailure
    do throws(StreamFailure) {
      failure = try serve()
    } catch {
      failure = error
    }
    let left = mailbox.close(failure)
    // What is still in the mailbox was never sent: another connection may do better.
    let unsent = if case .connectionLost = failure { StreamFailure.refused } else { failure }
    for case .request(_, _, _, _, let handler) in left { handler.closed(unsent) }
    for case .ping(_, let ping) in left { ping.continuation.resume(returning: .failure(failure)) }
    for stream in streams.values { stream.handler.closed(failure) }
    for ping in pings.values { ping.continuation.resume(returning: .failure(failure)) }
  }

  /// - Returns: why it ended, where that was nobody's fault.
  private mutating func serve() throws(StreamFailure) -> StreamFailure {
    var session = try Session.open(role: role)
    let start = ContinuousClock.now
    // One buffer for the connection's life, large enough for many frames at once.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      if isWoken { for command in mailbox.take() { try apply(command, to: &session) } }
      try expire(&session)
      if socket == nil { try connect(since: start) }
      let isSent = try flush(&session)
      try dispatch(&session)
      // A last word that does not fit into the socket is not waited for: its reader may never come.
      if isClosing { return .connectionLost("the connection was closed") }
      // A server's last word is an answer, so it is.
      if !session.isAlive && (isSent || role == .client) {
        return lost(session.takeComplaint() ?? "the peer is going away")
      }
      if try wait(untilWritable: !isSent) {
        try receive(into: buffer, &session)
        try dispatch(&session)
      } else if let sendFailure {
        throw greeting.ended ?? lost(sendFailure.description)
      }
    }
  }

  private func lost(_ words: String) -> StreamFailure { .connectionLost(farewell ?? words) }

  // MARK: Socket

  private mutating func connect(since start: ContinuousClock.Instant) throws(StreamFailure) {
    do throws(Errno) {
      let connected = try UnixSocket.connect(to: path)
      mailbox.peer = try connected.peerCredentials()
      socketNumber = connected.rawValue
      socket = consume connected
    } catch {
      if error != .again || ContinuousClock.now - start > Self.connectPatience { throw .cannotConnect(error) }
    }
  }

  /// - Returns: false when the socket is full and there is more to say.
  private mutating func flush(_ session: inout Session) throws(StreamFailure) -> Bool {
    while true {
      if output.isEmpty {
        try session.send(into: &output)
        if output.isEmpty { return true }
      }
      guard socket != nil else { return true }
      if sendFailure != nil { return true }
      while sent < output.count {
        let count: Int?
        do throws(Errno) {
          count = try socket?.send(output, from: sent)
        } catch {
          // What the peer said before it went may explain why: it is read first.
          sendFailure = error
          return true
        }
        guard let count else { return false }
        sent += count
      }
      output.removeAll(keepingCapacity: true)
      sent = 0
    }
  }

  /// - Returns: true when there is something to read.
  private mutating func wait(untilWritable: Bool) throws(StreamFailure) -> Bool {
    var timeout = sendFailure == nil ? nextDeadline.map { $0 - ContinuousClock.now } : .zero
    var interests: [(descriptor: Int32, read: Bool, write: Bool)] = [(mailbox.wakeDescriptor, true, false)]
    if let socketNumber {
      interests.append((socketNumber, true, untilWritable))
    } else {
      // The listener's queue is full: there is nothing to poll for until it has room.
      timeout = min(timeout ?? .milliseconds(5), .milliseconds(5))
    }
    do throws(Errno) {
      let ready = try Poll.wait(interests, timeout: timeout)
      isWoken = ready[0].readable
      return ready.count > 1 && ready[1].readable
    } catch {
      throw .connectionLost("poll: \(error)")
    }
  }

  private mutating func receive(into buffer: UnsafeMutableRawBufferPointer, _ session: inout Session)
    throws(StreamFailure)
  {
    let count: Int?
    do throws(Errno) {
      count = try socket?.read(into: buffer)
    } catch {
      throw greeting.ended ?? lost(error.description)
    }
    guard let count else { return }
    if count == 0 { throw greeting.ended ?? lost("the peer closed the connection") }
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    guard role == .client, !greeting.isDone else { return try session.receive(bytes) }
    // nghttp2 would call any other language a protocol error: look first.
    guard let first = try greeting.take(bytes) else { return }
    try session.receive(first)
  }

  // MARK: Streams

  private mutating func apply(_ command: Mailbox.Command, to session: inout Session) throws(StreamFailure) {
    switch command {
    case .request(let key, let headers, let body, let deadline, let handler):
      do throws(StreamFailure) {
        let id = try session.request(headers, body: body)
        streams[key] = Stream(id: id, handler: handler, deadline: deadline)
        keys[id] = key
        if let deadline { expect(deadline) }
      } catch {
        // Stream numbers are used up: this one was never sent, and the next needs another connection.
        mailbox.refuse(.refused)
        handler.closed(.refused)
      }
    case .respond(let key, let headers, let endStream):
      if let stream = streams[key] { try session.respond(on: stream.id, headers, endStream: endStream) }
    case .send(let key, let bytes, let trailers):
      if let stream = streams[key] { try session.send(on: stream.id, bytes, trailers: trailers) }
    case .reset(let key, let code):
      pings.removeValue(forKey: key)?.continuation.resume(returning: .failure(.cancelled))
      try end(key, .cancelled, code, &session)
    case .consume(let key, let count):
      if let stream = streams[key] { try session.consume(count, on: stream.id) }
    case .ping(let key, let ping):
      pings[key] = ping
      if let deadline = ping.deadline { expect(deadline) }
      try session.ping(withUnsafeBytes(of: key.bigEndian) { Array($0) })
    case .shutDown:
      isClosing = true
      try session.goAway()
    }
  }

  /// Ends a stream from our side. Its caller is told at once, whatever the peer does.
  private mutating func end(
    _ key: UInt64, _ failure: StreamFailure?, _ code: ErrorCode, _ session: inout Session
  ) throws(StreamFailure) {
    guard let stream = streams.removeValue(forKey: key) else { return }
    keys[stream.id] = nil
    stream.handler.closed(failure)
    try session.reset(stream.id, code)
  }

  private mutating func expect(_ deadline: ContinuousClock.Instant) {
    nextDeadline = min(nextDeadline ?? deadline, deadline)
  }

  private mutating func expire(_ session: inout Session) throws(StreamFailure) {
    guard let next = nextDeadline, ContinuousClock.now >= next else { return }
    let now = ContinuousClock.now
    for (key, stream) in streams {
      if let deadline = stream.deadline, deadline <= now {
        try end(key, .deadlineExceeded, .cancel, &session)
      }
    }
    for (key, ping) in pings {
      if let deadline = ping.deadline, deadline <= now {
        pings[key] = nil
        ping.continuation.resume(returning: .failure(.deadlineExceeded))
      }
    }
    let deadlines = streams.values.compactMap(\.deadline) + pings.values.compactMap(\.deadline)
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
      case .malformed(let id, let words):
        if let key = keys[id] {
          try end(key, .malformed(words), .enhanceYourCalm, &session)
        } else {
          try session.reset(id, .enhanceYourCalm)
        }
      case .goAway(_, let code, let debug):
        // libnghttp2 itself closes the streams after the last one served, with REFUSED_STREAM.
        mailbox.refuse(.refused)
        if code != .noError { farewell = "the peer went away: \(code) \(debug)" }
      case .pong(let payload):
        let key = payload.reduce(0) { $0 << 8 | UInt64($1) }
        if let ping = pings.removeValue(forKey: key) {
          ping.continuation.resume(returning: .success(ContinuousClock.now - ping.sent))
        }
      }
    }
    // A server may answer before it has read the whole request: the rest is not sent.
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
    guard let key = keys.removeValue(forKey: id), let stream = streams.removeValue(forKey: key) else {
      return
    }
    let failure: StreamFailure? =
      if stream.hasEnded && (role == .client || code == .noError) {
        nil
      } else if byPeer {
        .reset(code)
      } else if code == .refusedStream {
        .refused
      } else {
        // None of ours: those have left `streams` before.
        .malformed(session.takeComplaint() ?? code.description)
      }
    stream.handler.closed(failure)
  }
}
