// swift-format-ignore-file: NeverForceUnwrap
package import CRIHTTP2
internal import CRISystem

/// A client as its scripted server sees it. It belongs to the script's thread, and none of its waits is endless.
package final class PeerConnection {
  /// A request that the client has finished.
  package struct Request {
    package var stream: Int32
    package var headers: [Header]
    package var body: [UInt8]
  }

  /// How long any single wait may take.
  private static let patience = Duration.seconds(30)

  /// 0 for the first client of its peer, then 1, 2...
  package let number: Int
  /// Reads what the client says; it may answer too.
  package var session: Session
  /// False: the session keeps its SETTINGS, acknowledgements and windows to itself.
  package var isPolite = true
  /// All bytes of the client so far.
  package private(set) var received = 0
  private let socket: Descriptor
  private let isStopped: @Sendable () -> Bool
  private var events: [Event] = []
  private var output: [UInt8] = []

  init(_ socket: consuming Descriptor, number: Int, window: Int32, isStopped: @escaping @Sendable () -> Bool)
    throws
  {
    self.socket = socket
    self.number = number
    self.isStopped = isStopped
    session = try Session.open(role: .server, streamWindow: window)
  }

  // MARK: Saying

  /// Sends bytes as they are, after what the session has to say.
  /// - Parameter reading: false leaves all that the client says in the socket.
  package func send(_ bytes: [UInt8], reading: Bool = true) throws {
    if isPolite { try session.send(into: &output, limit: .max) }
    output += bytes
    try pump(until: "the client to read", reading: reading) { $0.output.isEmpty }
  }

  /// Sends a response's headers through the session.
  package func respond(to stream: Int32) throws {
    try session.respond(on: stream, Frame.responseFields.map { Header($0.0, $0.1) }, endStream: false)
  }

  /// Sends messages through the session as flow control allows, and waits until they are gone or not wanted.
  package func stream(_ messages: [[UInt8]], on stream: Int32, unless isDone: () -> Bool = { false }) throws {
    for message in messages { try session.send(on: stream, Frame.message(message)) }
    try pump(until: "room for the answer") { ($0.session.unsent(on: stream) ?? 0) == 0 || isDone() }
  }

  /// Ends a response through the session.
  package func finish(_ stream: Int32, status: String = "0") throws {
    try session.send(on: stream, [], trailers: [Header("grpc-status", status)])
    try pump(until: "room for the trailers") { $0.session.unsent(on: stream) == nil }
  }

  // MARK: Hearing

  /// The next complete request.
  package func request() throws -> Request {
    try pump(until: "a request") { $0.hasRequest }
    let end = events.firstIndex { if case .endStream = $0 { true } else { false } }!
    guard case .endStream(let stream) = events[end] else { fatalError("just seen") }
    var request = Request(stream: stream, headers: [], body: [])
    events = events.enumerated().filter { index, event in
      switch event {
      case .headers(stream, let headers, _): request.headers = headers
      case .data(stream, let bytes): request.body += bytes
      case .endStream(stream): break
      default: return true
      }
      return false
    }.map(\.element)
    return request
  }

  /// All complete requests that are there, at least one.
  package func pending() throws -> [Request] {
    var requests = [try request()]
    while hasRequest { requests.append(try request()) }
    return requests
  }

  package func requests(_ count: Int) throws -> [Request] { try (0..<count).map { _ in try request() } }

  /// The next event that `pick` makes something of; earlier ones stay.
  package func event<R>(_ what: String, _ pick: (Event) -> R?) throws -> R {
    try pump(until: what) { $0.events.contains { pick($0) != nil } }
    let index = events.firstIndex { pick($0) != nil }!
    return pick(events.remove(at: index))!
  }

  /// The code with which the client ends a stream.
  package func reset(of stream: Int32) throws -> ErrorCode {
    try event("RST_STREAM") { if case .closed(stream, let code, _) = $0 { code } else { nil } }
  }

  /// Listens until the client goes.
  package func hold() throws {
    do {
      try pump(until: "the client to go") { _ in false }
    } catch PeerFailure.clientGone {}
  }

  /// Takes whatever comes until the client goes, and understands none of it.
  package func swallow() throws {
    let end = ContinuousClock.now + Self.patience
    while ContinuousClock.now < end && !isStopped() {
      guard try Poll.wait([(socket.rawValue, true, false)], timeout: .milliseconds(20))[0].readable else {
        continue
      }
      do { _ = try bytes("the client to go") } catch PeerFailure.clientGone { return }
    }
    throw isStopped() ? PeerFailure.stopped : PeerFailure.timedOut(waitingFor: "the client to go")
  }

  /// Listens until the client has sent its first bytes.
  package func hear() throws { try pump(until: "a first word") { $0.received > 0 } }

  /// Does nothing at all until `condition` holds: the client may fill the socket.
  package func ignore(until condition: () -> Bool) throws {
    let end = ContinuousClock.now + Self.patience
    while !condition() {
      if isStopped() { throw PeerFailure.stopped }
      if ContinuousClock.now > end { throw PeerFailure.timedOut(waitingFor: "the test") }
      Thread.sleep(.milliseconds(2))
    }
  }

  /// Moves bytes both ways for a while, for what must not happen.
  package func pump(for duration: Duration) throws {
    let end = ContinuousClock.now + duration
    try pump(until: "time") { _ in ContinuousClock.now >= end }
  }

  /// Moves bytes both ways until a condition holds.
  package func pump(
    until what: String, reading: Bool = true, _ condition: (PeerConnection) -> Bool
  ) throws {
    let end = ContinuousClock.now + Self.patience
    while true {
      if output.isEmpty && isPolite { try session.send(into: &output) }
      for event in session.takeEvents() { events.append(try took(event)) }
      if condition(self) && (output.isEmpty || what == "time") { return }
      if isStopped() { throw PeerFailure.stopped }
      if ContinuousClock.now > end { throw PeerFailure.timedOut(waitingFor: what) }
      let ready = try Poll.wait([(socket.rawValue, reading, !output.isEmpty)], timeout: .milliseconds(20))[0]
      if ready.writable && !output.isEmpty { try write(what) }
      if ready.readable && reading { try read(what) }
    }
  }

  private var hasRequest: Bool { events.contains { if case .endStream = $0 { true } else { false } } }

  private func write(_ what: String) throws {
    do throws(Errno) {
      guard let count = try socket.send(output, from: 0) else { return }
      output.removeFirst(count)
    } catch {
      throw PeerFailure.clientGone(waitingFor: what)
    }
  }

  private func read(_ what: String) throws {
    guard let bytes = try bytes(what) else { return }
    received += bytes.count
    try session.receive(bytes)
  }

  /// What is in the socket, nil where there is nothing yet.
  private func bytes(_ what: String) throws -> [UInt8]? {
    let bytes = try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer -> [UInt8]? in
      do throws(Errno) {
        return try socket.read(into: buffer).map { Array(buffer[..<$0]) }
      } catch {
        throw PeerFailure.clientGone(waitingFor: what)
      }
    }
    if let bytes, bytes.isEmpty { throw PeerFailure.clientGone(waitingFor: what) }
    return bytes
  }

  /// Opens the windows for what came: a scripted peer holds nobody back.
  private func took(_ event: Event) throws -> Event {
    if case .data(let stream, let bytes) = event {
      try session.consumeConnection(bytes.count)
      try session.consume(bytes.count, on: stream)
    }
    return event
  }
}
