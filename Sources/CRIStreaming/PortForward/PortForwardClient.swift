/// The client's end of a port-forward session. It converts bytes to events and events to bytes, without I/O.
///
/// Each forwarded connection has a data stream and an error stream, with the same `requestID`. Source:
/// `k8s.io/client-go/tools/portforward/portforward.go`, except that a failed connection does not end the others.
package struct PortForwardClient<Transport: StreamTransport & ~Copyable>: ~Copyable {
  /// The maximum size of an error message in bytes.
  private static var maximumError: Int { 16 << 10 }

  private struct Connection {
    let data: UInt32
    let error: UInt32
    var message: [UInt8] = []
    var hasErrorEnded = false
    var isDataEnded = false
    var reset: StreamReset?
  }

  private var transport: Transport
  private var connections: [UInt32: Connection] = [:]
  private var owners: [UInt32: UInt32] = [:]
  private var unconsumed = UnconsumedData()
  private var nextRequest: UInt32 = 0
  private var events: [PortForwardEvent] = []

  package init(over transport: consuming Transport) { self.transport = transport }

  // MARK: Bytes

  /// Adds bytes from the server. If the server violates the protocol, all connections end.
  package mutating func receive(_ bytes: [UInt8]) throws(StreamingFailure) {
    do throws(StreamingFailure) {
      try transport.receive(bytes)
      collect()
    } catch {
      collect()
      connectionEnded("\(error)")
      throw error
    }
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

  /// Ends all connections, because no more bytes will arrive.
  package mutating func connectionEnded(_ reason: String) {
    for request in connections.keys.sorted() { endConnection(request, .connectionLost(reason)) }
  }

  package var wantsRead: Bool { transport.wantsRead }
  package var isAlive: Bool { transport.isAlive }
  /// If nothing arrives for 50 ms while this is true, call `notePeerIdle`.
  package var peerMayBeStalled: Bool { transport.peerMayBeStalled }
  package mutating func notePeerIdle() { transport.notePeerIdle() }

  // MARK: Use

  /// Connects to a port in the pod. Data may be written immediately.
  /// - Throws: `.noSuchStream` over WebSocket channels if the port is not in the query, or has already been used.
  package mutating func connect(port: UInt16) throws(StreamingFailure) -> UInt32 {
    let request = nextRequest
    nextRequest += 1
    // The error stream comes first, so that the server can report any error on the data stream.
    let error = try transport.open(PortForwardProtocol.fields("error", port: port, request: request))
    _ = transport.finish(error)
    let data = try transport.open(PortForwardProtocol.fields("data", port: port, request: request))
    connections[request] = Connection(data: data, error: error)
    owners[data] = request
    owners[error] = request
    return request
  }

  package mutating func write(_ bytes: [UInt8], on request: UInt32) {
    if let connection = connections[request] { transport.write(bytes, on: connection.data) }
  }

  /// Half-closes a connection once everything written so far has been sent.
  /// - Returns: false if the protocol does not support it, as with WebSocket channels.
  package mutating func finish(_ request: UInt32) -> Bool {
    guard let connection = connections[request] else { return true }
    return transport.finish(connection.data)
  }

  /// Ends a connection immediately. After that, `consume` is not needed for unconsumed data.
  package mutating func close(_ request: UInt32) {
    consume(.max, on: request)
    guard let connection = connections[request] else { return }
    transport.reset(connection.data)
    transport.reset(connection.error)
    endConnection(request, nil)
  }

  /// The number of bytes waiting to be sent on a connection; nil if it has ended.
  package func unsent(on request: UInt32) -> Int? {
    connections[request].flatMap { transport.unsent(on: $0.data) }
  }

  /// Reports that the reader of a connection has consumed `count` bytes. Call it for all data, even after the
  /// connection has ended.
  package mutating func consume(_ count: Int, on request: UInt32) {
    if let (stream, count) = unconsumed.take(count, request: request) { transport.consume(count, on: stream) }
  }

  package mutating func ping() throws(StreamingFailure) { try transport.ping() }

  /// Ends the session and all its connections.
  package mutating func close() {
    transport.close()
    for request in connections.keys.sorted() { endConnection(request, nil) }
  }

  // MARK: Events

  private mutating func collect() {
    for event in transport.takeEvents() {
      switch event {
      case .opened(let id, _): transport.reset(id)
      case .data(let id, let bytes): received(bytes, on: id)
      case .ended(let id): ended(id)
      case .reset(let id, let reset):
        guard let request = owners[id] else { break }
        if connections[request]?.reset == nil { connections[request]?.reset = reset }
        ended(id)
      case .goAway(let reason): events.append(.goAway(reason))
      case .closed(let reason): connectionEnded(reason)
      case .accepted: break
      case .pong: events.append(.pong)
      }
    }
  }

  private mutating func received(_ bytes: [UInt8], on id: UInt32) {
    guard let request = owners[id], let connection = connections[request] else {
      return transport.consume(bytes.count, on: id)
    }
    if id == connection.data {
      // A server may send data after the end of a stream.
      if connection.isDataEnded { return transport.consume(bytes.count, on: id) }
      unconsumed.add(bytes.count, request: request, stream: id)
      return events.append(.data(request, bytes))
    }
    transport.consume(bytes.count, on: id)
    guard connection.message.count + bytes.count <= Self.maximumError else {
      transport.reset(connection.data)
      transport.reset(connection.error)
      return endConnection(request, .messageTooLarge(limit: Self.maximumError))
    }
    connections[request]?.message += bytes
  }

  private mutating func ended(_ id: UInt32) {
    guard let request = owners[id], let connection = connections[request] else { return }
    if id == connection.error {
      connections[request]?.hasErrorEnded = true
    } else if !connection.isDataEnded {
      connections[request]?.isDataEnded = true
      if connection.reset == nil { events.append(.endOfData(request)) }
    }
    settle(request)
  }

  /// Ends a connection if nothing more can happen on it.
  private mutating func settle(_ request: UInt32) {
    guard let connection = connections[request], connection.hasErrorEnded else { return }
    if !connection.message.isEmpty {
      // An error ends the connection, regardless of the state of the data stream.
      transport.reset(connection.data)
      endConnection(request, .remote(String(decoding: connection.message, as: UTF8.self)))
    } else if let reset = connection.reset {
      transport.reset(connection.data)
      endConnection(request, .reset(reset))
    } else if connection.isDataEnded {
      // The server has ended both streams and no longer reads; unread data would block the connection to it.
      transport.reset(connection.data)
      endConnection(request, nil)
    }
  }

  private mutating func endConnection(_ request: UInt32, _ error: PortForwardError?) {
    guard let connection = connections.removeValue(forKey: request) else { return }
    owners[connection.data] = nil
    owners[connection.error] = nil
    events.append(.closed(request, error))
  }
}
