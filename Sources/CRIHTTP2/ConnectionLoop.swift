internal import CRISystem

/// What a connection's thread does. It lives on that thread's stack, and nothing else sees it.
struct ConnectionLoop: ~Copyable {
  private struct Stream {
    var id: Int32
    var handler: any StreamHandler
    var deadline: ContinuousClock.Instant?
    var hasEnded = false
  }

  private typealias Ping = (
    sent: ContinuousClock.Instant, continuation: CheckedContinuation<Result<Duration, StreamFailure>, Never>
  )

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
  private var pings: [[UInt8]: Ping] = [:]
  private var pingCount: UInt64 = 0
  private var nextDeadline: ContinuousClock.Instant?
  private var greeting = Greeting()
  private var output: [UInt8] = []
  private var sent = 0
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
    for case .request(_, _, _, _, let handler) in left { handler.closed(failure) }
    for case .ping(let continuation) in left { continuation.resume(returning: .failure(failure)) }
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
      for command in mailbox.take() { try apply(command, to: &session) }
      expire(&session)
      if socket == nil { try connect(since: start) }
      let mayWriteMore = try flush(&session)
      try dispatch(&session)
      if isClosing && output.isEmpty { return .connectionLost("the connection was closed") }
      if !session.isAlive && output.isEmpty {
        return .connectionLost(session.complaint ?? "the peer is going away")
      }
      guard try wait(untilWritable: !mayWriteMore) else { continue }
      try receive(into: buffer, &session)
      try dispatch(&session)
    }
  }

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
      while sent < output.count {
        let count: Int?
        do throws(Errno) {
          count = try socket!.send(output, from: sent)
        } catch {
          // What the peer said before it went may explain why: it is read first.
          output.removeAll()
          sent = 0
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
    var timeout = nextDeadline.map { $0 - ContinuousClock.now }
    var interests: [(descriptor: Int32, read: Bool, write: Bool)] = [(mailbox.wakeDescriptor, true, false)]
    if let socketNumber {
      interests.append((socketNumber, true, untilWritable))
    } else {
      // The listener's queue is full: there is nothing to poll for until it has room.
      timeout = min(timeout ?? .milliseconds(5), .milliseconds(5))
    }
    do throws(Errno) {
      let ready = try Poll.wait(interests, timeout: timeout)
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
      count = try socket!.read(into: buffer)
    } catch {
      throw greeting.ended ?? .connectionLost(error.description)
    }
    guard let count else { return }
    if count == 0 { throw greeting.ended ?? .connectionLost("the peer closed the connection") }
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
        if let deadline { nextDeadline = min(nextDeadline ?? deadline, deadline) }
      } catch {
        // Stream numbers are used up, or the peer has said GOAWAY: this one was never sent.
        handler.closed(.refused)
      }
    case .respond(let key, let headers, let endStream):
      if let stream = streams[key] { try session.respond(on: stream.id, headers, endStream: endStream) }
    case .send(let key, let bytes, let trailers):
      if let stream = streams[key] { try session.send(on: stream.id, bytes, trailers: trailers) }
    case .reset(let key, let code):
      try end(key, .cancelled, code, &session)
    case .consume(let key, let count):
      if let stream = streams[key] { try session.consume(count, on: stream.id) }
    case .ping(let continuation):
      pingCount += 1
      let payload = withUnsafeBytes(of: pingCount.bigEndian) { Array($0) }
      pings[payload] = (.now, continuation)
      try session.ping(payload)
    case .shutDown:
      isClosing = true
      try session.goAway()
    }
  }

  /// Ends a stream from our side. Its caller is told at once, whatever the peer does.
  private mutating func end(
    _ key: UInt64, _ failure: StreamFailure, _ code: ErrorCode, _ session: inout Session
  ) throws(StreamFailure) {
    guard let stream = streams.removeValue(forKey: key) else { return }
    keys[stream.id] = nil
    try session.reset(stream.id, code)
    stream.handler.closed(failure)
  }

  private mutating func expire(_ session: inout Session) {
    guard let next = nextDeadline, ContinuousClock.now >= next else { return }
    let now = ContinuousClock.now
    let late = streams.filter { $0.value.deadline.map { $0 <= now } ?? false }.keys
    // A reset that cannot be queued changes nothing for the caller, whose time is up.
    for key in late { try? end(key, .deadlineExceeded, .cancel, &session) }
    nextDeadline = streams.values.compactMap(\.deadline).min()
  }

  private mutating func dispatch(_ session: inout Session) throws(StreamFailure) {
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
        }
      case .closed(let id, let code):
        close(id, code)
      case .goAway:
        // libnghttp2 itself closes the streams after the last one served, with REFUSED_STREAM.
        mailbox.refuse(.refused)
      case .pong(let payload):
        if let ping = pings.removeValue(forKey: payload) {
          ping.continuation.resume(returning: .success(ContinuousClock.now - ping.sent))
        }
      }
    }
  }

  private mutating func open(_ id: Int32) {
    guard let accept else { return }
    let key = mailbox.makeKey()
    keys[id] = key
    streams[key] = Stream(id: id, handler: accept(ServerStream(mailbox: mailbox, key: key)), deadline: nil)
  }

  private func handler(of id: Int32) -> (any StreamHandler)? { keys[id].flatMap { streams[$0]?.handler } }

  private mutating func close(_ id: Int32, _ code: ErrorCode) {
    guard let key = keys.removeValue(forKey: id), let stream = streams.removeValue(forKey: key) else {
      return
    }
    if stream.hasEnded {
      stream.handler.closed(nil)
    } else {
      stream.handler.closed(code == .refusedStream ? .refused : .reset(code))
    }
  }
}
