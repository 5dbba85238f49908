// swift-format-ignore-file: NeverForceUnwrap
package import CRIHTTP2
internal import CRISystem

/// A scripted server's connection to a client. It is used only on the script's thread. Every wait has a timeout.
package final class PeerConnection {
  /// A complete request.
  package struct Request {
    package var stream: Int32
    package var headers: [Header]
    package var body: [UInt8]
  }

  /// The timeout of each wait.
  private static let timeout = Duration.seconds(30)

  /// The number of the connection, starting at 0.
  package let number: Int
  /// Interprets the client's frames, and can send frames.
  package var session: Session
  /// Whether the frames that the session generates (SETTINGS, acknowledgements, WINDOW_UPDATE) are sent.
  package var sendsSessionFrames = true
  /// The number of bytes that the client has sent.
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

  // MARK: Sending

  /// Sends bytes unchanged, after the frames of the session.
  /// - Parameter reading: Whether the client's bytes are read in the meantime.
  package func send(_ bytes: [UInt8], reading: Bool = true) throws {
    if sendsSessionFrames { try session.send(into: &output, limit: .max) }
    output += bytes
    try pump(until: "the client to read", reading: reading) { $0.output.isEmpty }
  }

  /// Sends the headers of a response with the session.
  package func respond(to stream: Int32) throws {
    try session.respond(on: stream, Frame.responseFields.map { Header($0.0, $0.1) }, endStream: false)
  }

  /// Sends messages with the session, which obeys flow control, and waits until they are sent or `isDone` returns true.
  package func stream(_ messages: [[UInt8]], on stream: Int32, unless isDone: () -> Bool = { false }) throws {
    for message in messages { try session.send(on: stream, Frame.message(message)) }
    try pump(until: "room for the response") { ($0.session.unsent(on: stream) ?? 0) == 0 || isDone() }
  }

  /// Ends a response with the session.
  package func finish(_ stream: Int32, status: String = "0") throws {
    try session.send(on: stream, [], trailers: [Header("grpc-status", status)])
    try pump(until: "room for the trailers") { $0.session.unsent(on: stream) == nil }
  }

  // MARK: Receiving

  /// Waits for the next complete request.
  package func request() throws -> Request {
    try pump(until: "a request") { $0.hasRequest }
    let end = events.firstIndex { if case .endStream = $0 { true } else { false } }!
    guard case .endStream(let stream) = events[end] else { fatalError("the event has just been found") }
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

  /// Waits for a complete request, and returns all that have arrived.
  package func pending() throws -> [Request] {
    var requests = [try request()]
    while hasRequest { requests.append(try request()) }
    return requests
  }

  package func requests(_ count: Int) throws -> [Request] { try (0..<count).map { _ in try request() } }

  /// Waits for an event for which `pick` returns a value, and removes it. Other events remain.
  package func event<R>(_ name: String, _ pick: (Event) -> R?) throws -> R {
    try pump(until: name) { $0.events.contains { pick($0) != nil } }
    let index = events.firstIndex { pick($0) != nil }!
    return pick(events.remove(at: index))!
  }

  /// Waits until the client resets a stream, and returns the code.
  package func reset(of stream: Int32) throws -> ErrorCode {
    try event("RST_STREAM") { if case .closed(stream, let code, _) = $0 { code } else { nil } }
  }

  /// Receives until the client disconnects.
  package func waitForDisconnect() throws {
    do {
      try pump(until: "the client to disconnect") { _ in false }
    } catch PeerFailure.clientDisconnected {}
  }

  /// Reads and discards bytes until the client disconnects.
  package func discardUntilDisconnect() throws {
    let end = ContinuousClock.now + Self.timeout
    while ContinuousClock.now < end && !isStopped() {
      guard try Poll.wait([(socket.rawValue, true, false)], timeout: .milliseconds(20))[0].readable else {
        continue
      }
      do { _ = try bytes("the client to disconnect") } catch PeerFailure.clientDisconnected { return }
    }
    throw isStopped() ? PeerFailure.stopped : PeerFailure.timedOut(waitingFor: "the client to disconnect")
  }

  /// Receives until the client has sent its first bytes.
  package func waitForFirstBytes() throws { try pump(until: "the client's first bytes") { $0.received > 0 } }

  /// Neither reads nor writes until `condition` holds, so that the client can fill the socket.
  package func doNothing(until condition: () -> Bool) throws {
    let end = ContinuousClock.now + Self.timeout
    while !condition() {
      if isStopped() { throw PeerFailure.stopped }
      if ContinuousClock.now > end { throw PeerFailure.timedOut(waitingFor: "the test") }
      Thread.sleep(.milliseconds(2))
    }
  }

  /// Moves bytes in both directions for a while. Use this to check that an event does not happen.
  package func pump(for duration: Duration) throws {
    let end = ContinuousClock.now + duration
    try pump(until: "time") { _ in ContinuousClock.now >= end }
  }

  /// Moves bytes in both directions until a condition holds.
  package func pump(
    until event: String, reading: Bool = true, _ condition: (PeerConnection) -> Bool
  ) throws {
    let end = ContinuousClock.now + Self.timeout
    while true {
      if output.isEmpty && sendsSessionFrames { try session.send(into: &output) }
      for event in session.takeEvents() { events.append(try consume(event)) }
      if condition(self) && (output.isEmpty || event == "time") { return }
      if isStopped() { throw PeerFailure.stopped }
      if ContinuousClock.now > end { throw PeerFailure.timedOut(waitingFor: event) }
      let ready = try Poll.wait([(socket.rawValue, reading, !output.isEmpty)], timeout: .milliseconds(20))[0]
      if ready.writable && !output.isEmpty { try write(waitingFor: event) }
      if ready.readable && reading { try read(waitingFor: event) }
    }
  }

  private var hasRequest: Bool { events.contains { if case .endStream = $0 { true } else { false } } }

  private func write(waitingFor event: String) throws {
    do throws(Errno) {
      guard let count = try socket.send(output, from: 0) else { return }
      output.removeFirst(count)
    } catch {
      throw PeerFailure.clientDisconnected(waitingFor: event)
    }
  }

  private func read(waitingFor event: String) throws {
    guard let bytes = try bytes(event) else { return }
    received += bytes.count
    try session.receive(bytes)
  }

  /// Reads the bytes that are in the socket; returns nil if there are none.
  private func bytes(_ event: String) throws -> [UInt8]? {
    let bytes = try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer -> [UInt8]? in
      do throws(Errno) {
        return try socket.read(into: buffer).map { Array(buffer[..<$0]) }
      } catch {
        throw PeerFailure.clientDisconnected(waitingFor: event)
      }
    }
    if let bytes, bytes.isEmpty { throw PeerFailure.clientDisconnected(waitingFor: event) }
    return bytes
  }

  /// Returns credit for received data immediately, because a scripted peer does not limit its clients.
  private func consume(_ event: Event) throws -> Event {
    if case .data(let stream, let bytes) = event {
      try session.consumeConnection(bytes.count)
      try session.consume(bytes.count, on: stream)
    }
    return event
  }
}
