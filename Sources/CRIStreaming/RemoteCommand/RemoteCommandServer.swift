/// The server's end of an `exec` or `attach` session. It converts bytes to events and events to bytes, without I/O.
///
/// Source: `k8s.io/cri-streaming/pkg/streaming/remotecommand/httpstream.go`.
package struct RemoteCommandServer<Transport: StreamTransport & ~Copyable>: ~Copyable {
  package enum Event: Hashable, Sendable {
    /// All streams are open, so the command can start.
    case ready
    case input([UInt8])
    case endOfInput
    case resize(TerminalSize)
    /// The client has reset a stream or closed the connection.
    case gone(String)
  }

  package let version: RemoteCommandProtocol
  private var transport: Transport
  private var missing: Set<RemoteStream>
  private var ids: [RemoteStream: UInt32] = [:]
  private var roles: [UInt32: RemoteStream] = [:]
  private var sizes = TerminalSizeReader()
  private var isGone = false
  private var events: [Event] = []

  package init(over transport: consuming Transport, version: RemoteCommandProtocol, streams: RemoteCommandStreams)
    throws(StreamingFailure)
  {
    self.version = version
    missing = Set(streams.streams(in: version))
    self.transport = transport
    try collect()
  }

  /// Adds bytes from the client.
  package mutating func receive(_ bytes: [UInt8]) throws(StreamingFailure) {
    try transport.receive(bytes)
    try collect()
  }

  /// Appends the bytes to send now to `output`, up to about `limit` bytes.
  package mutating func send(into output: inout [UInt8], limit: Int = 256 << 10) {
    transport.send(into: &output, limit: limit)
  }

  /// Returns the events since the last call.
  package mutating func takeEvents() -> [Event] {
    defer { events = [] }
    return events
  }

  package var wantsRead: Bool { transport.wantsRead }
  package var isAlive: Bool { transport.isAlive }
  /// If nothing arrives for 50 ms while this is true, call `notePeerIdle`.
  package var peerMayBeStalled: Bool { transport.peerMayBeStalled }
  package mutating func notePeerIdle() { transport.notePeerIdle() }

  /// Sends output.
  package mutating func write(_ bytes: [UInt8], to output: RemoteOutput) {
    if let id = ids[output == .stdout ? .stdout : .stderr] { transport.write(bytes, on: id) }
  }

  /// The number of bytes of output waiting to be sent; nil if the client does not want the output.
  package func unsent(_ output: RemoteOutput) -> Int? {
    ids[output == .stdout ? .stdout : .stderr].flatMap { transport.unsent(on: $0) }
  }

  /// Reports that the command has read `count` bytes of its input.
  package mutating func consumeInput(_ count: Int) {
    if let id = ids[.stdin] { transport.consume(count, on: id) }
  }

  /// Reports the result of the command, and closes the connection after everything has been sent.
  package mutating func finish(_ result: CommandResult) {
    if let id = ids[.error] { transport.write(CommandStatusReader.encode(result, version), on: id) }
    transport.shutDown()
  }

  private mutating func collect() throws(StreamingFailure) {
    for event in transport.takeEvents() {
      switch event {
      case .opened(let id, let fields): try opened(id, fields)
      case .data(let id, let bytes): received(bytes, on: id)
      case .ended(let id): if roles[id] == .stdin { events.append(.endOfInput) }
      case .reset(_, let reset): gone("\(reset)")
      case .closed(let reason), .goAway(let reason): gone(reason)
      case .accepted, .pong: break
      }
    }
  }

  /// A stream that was not requested is reset; channels that were not requested stay unused.
  private mutating func opened(_ id: UInt32, _ fields: [HTTPField]) throws(StreamingFailure) {
    guard let stream = RemoteStream(rawValue: fields["streamtype"] ?? ""), missing.remove(stream) != nil else {
      return transport.reset(id)
    }
    ids[stream] = id
    roles[id] = stream
    try transport.accept(id)
    if missing.isEmpty { events.append(.ready) }
  }

  private mutating func received(_ bytes: [UInt8], on id: UInt32) {
    switch roles[id] {
    case .stdin: events.append(.input(bytes))
    case .resize:
      transport.consume(bytes.count, on: id)
      for size in sizes.receive(bytes) { events.append(.resize(size)) }
    case .error, .stdout, .stderr, nil: transport.consume(bytes.count, on: id)
    }
  }

  private mutating func gone(_ reason: String) {
    guard !isGone else { return }
    isGone = true
    events.append(.gone(reason))
  }
}
