/// The server's end of a port-forward session. It converts bytes to events and events to bytes, without I/O.
///
/// Source: `k8s.io/cri-streaming/pkg/streaming/portforward/httpstream.go`.
package struct PortForwardServer<Transport: StreamTransport & ~Copyable>: ~Copyable {
  private struct Connection {
    let port: UInt16
    var data: UInt32?
    var error: UInt32?
  }

  private var transport: Transport
  private var connections: [UInt32: Connection] = [:]
  private var owners: [UInt32: UInt32] = [:]
  private var unconsumed = UnconsumedData()
  private var events: [PortForwardEvent] = []

  package init(over transport: consuming Transport) throws(StreamingFailure) {
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
  package mutating func takeEvents() -> [PortForwardEvent] {
    defer { events = [] }
    return events
  }

  package var wantsRead: Bool { transport.wantsRead }
  package var isAlive: Bool { transport.isAlive }
  /// If nothing arrives for 50 ms while this is true, call `notePeerIdle`.
  package var peerMayBeStalled: Bool { transport.peerMayBeStalled }
  package mutating func notePeerIdle() { transport.notePeerIdle() }

  package mutating func write(_ bytes: [UInt8], on request: UInt32) {
    if let id = connections[request]?.data { transport.write(bytes, on: id) }
  }

  /// Half-closes a connection, if the protocol supports it.
  package mutating func finish(_ request: UInt32) {
    if let id = connections[request]?.data { _ = transport.finish(id) }
  }

  /// Ends a connection, either normally or with an error for the client.
  package mutating func end(_ request: UInt32, error: String? = nil) {
    guard let connection = connections[request] else { return }
    forget(request)
    if let id = connection.error {
      transport.write(Array((error ?? "").utf8), on: id)
      _ = transport.finish(id)
    }
    if let id = connection.data {
      if error == nil { _ = transport.finish(id) } else { transport.reset(id) }
    }
  }

  /// The number of bytes waiting to be sent on a connection; nil if it has ended.
  package func unsent(on request: UInt32) -> Int? {
    connections[request]?.data.flatMap { transport.unsent(on: $0) }
  }

  /// Reports that the reader of a connection has consumed `count` bytes. Call it for all data, even after the
  /// connection has ended.
  package mutating func consume(_ count: Int, on request: UInt32) {
    if let (stream, count) = unconsumed.take(count, request: request) { transport.consume(count, on: stream) }
  }

  /// Closes the connection after all data has been sent.
  package mutating func shutDown() { transport.shutDown() }

  private mutating func collect() throws(StreamingFailure) {
    for event in transport.takeEvents() {
      switch event {
      case .opened(let id, let fields): try opened(id, fields)
      case .data(let id, let bytes):
        if let request = owners[id], connections[request]?.data == id {
          unconsumed.add(bytes.count, request: request, stream: id)
          events.append(.data(request, bytes))
        } else {
          transport.consume(bytes.count, on: id)
        }
      case .ended(let id):
        if let request = owners[id], connections[request]?.data == id { events.append(.endOfData(request)) }
      case .reset(let id, let reset):
        guard let request = owners[id], connections[request]?.data == id else { break }
        forget(request)
        events.append(.closed(request, .reset(reset)))
      case .closed(let reason):
        for request in connections.keys.sorted() {
          forget(request)
          events.append(.closed(request, .connectionLost(reason)))
        }
      case .goAway(let reason): events.append(.goAway(reason))
      case .accepted, .pong: break
      }
    }
  }

  private mutating func forget(_ request: UInt32) {
    guard let connection = connections.removeValue(forKey: request) else { return }
    for id in [connection.data, connection.error] { if let id { owners[id] = nil } }
  }

  /// A stream with invalid header fields is reset.
  private mutating func opened(_ id: UInt32, _ fields: [HTTPField]) throws(StreamingFailure) {
    let type = fields["streamtype"]
    guard let port = fields["port"].flatMap({ UInt16($0) }), port > 0, type == "data" || type == "error" else {
      return transport.reset(id)
    }
    // Kubernetes clients before 1.3 do not send a request ID, so their connections are identified by their stream IDs.
    let request = fields["requestid"].flatMap { UInt32($0) } ?? (type == "error" ? id : id &- 2)
    var connection = connections[request] ?? Connection(port: port)
    guard connection.port == port, type == "data" ? connection.data == nil : connection.error == nil else {
      return transport.reset(id)
    }
    if type == "data" { connection.data = id } else { connection.error = id }
    connections[request] = connection
    owners[id] = request
    try transport.accept(id)
    if connection.data != nil, connection.error != nil { events.append(.connect(request, port: port)) }
  }
}
