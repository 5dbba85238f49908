/// The client's end of a port-forward session: it turns bytes into events and bytes, and does no I/O.
///
/// Each forwarded connection has a stream for data and one for an error, with the same `requestID`. Source:
/// `k8s.io/client-go/tools/portforward/portforward.go`; but one that fails does not end the others.
package struct PortForwardClient<Transport: StreamTransport & ~Copyable>: ~Copyable {
  /// The most bytes of an error.
  private static var largestError: Int { 16 << 10 }

  private struct Connection {
    let data: UInt32
    let error: UInt32
    var message: [UInt8] = []
    var isErrorOver = false
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

  /// Takes bytes from the server. A fault of the server ends all connections.
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

  /// Adds to `output` what is to be sent now, up to about `limit` bytes.
  package mutating func send(into output: inout [UInt8], limit: Int = 256 << 10) {
    transport.send(into: &output, limit: limit)
  }

  /// The events since the last call.
  package mutating func takeEvents() -> [PortForwardEvent] {
    defer { events = [] }
    return events
  }

  /// No more bytes will come: ends all connections.
  package mutating func connectionEnded(_ reason: String) {
    for request in connections.keys.sorted() { over(request, .connectionLost(reason)) }
  }

  package var wantsRead: Bool { transport.wantsRead }
  package var isAlive: Bool { transport.isAlive }
  /// If nothing arrives for 50 ms while this is true, call `peerIsIdle`.
  package var mayBeWaitedFor: Bool { transport.mayBeWaitedFor }
  package mutating func peerIsIdle() { transport.peerIsIdle() }

  // MARK: Use

  /// Connects to a port in the pod. Data may be written at once.
  /// - Throws: `.noSuchStream` over WebSocket channels if the port is not one of the query, or already used.
  package mutating func connect(port: UInt16) throws(StreamingFailure) -> UInt32 {
    let request = nextRequest
    nextRequest += 1
    // The error stream first: then the server can report whatever goes wrong with the other one.
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

  /// Half-closes a connection after the data written so far.
  /// - Returns: false if the protocol cannot say so, as over WebSocket channels.
  package mutating func finish(_ request: UInt32) -> Bool {
    guard let connection = connections[request] else { return true }
    return transport.finish(connection.data)
  }

  /// Ends a connection at once. Data that has not been consumed needs no `consume` any more.
  package mutating func close(_ request: UInt32) {
    consume(.max, on: request)
    guard let connection = connections[request] else { return }
    transport.reset(connection.data)
    transport.reset(connection.error)
    over(request, nil)
  }

  /// Bytes that wait to be sent on a connection; nil if it is over.
  package func unsent(on request: UInt32) -> Int? {
    connections[request].flatMap { transport.unsent(on: $0.data) }
  }

  /// The reader of a connection has taken `count` bytes. Call it for all data, also after the end of the connection.
  package mutating func consume(_ count: Int, on request: UInt32) {
    if let (stream, count) = unconsumed.take(count, request: request) { transport.consume(count, on: stream) }
  }

  package mutating func ping() throws(StreamingFailure) { try transport.ping() }

  /// Ends the session and all its connections.
  package mutating func close() {
    transport.close()
    for request in connections.keys.sorted() { over(request, nil) }
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
      unconsumed.add(bytes.count, request: request, stream: id)
      return events.append(.data(request, bytes))
    }
    transport.consume(bytes.count, on: id)
    guard connection.message.count + bytes.count <= Self.largestError else {
      transport.reset(connection.data)
      transport.reset(connection.error)
      return over(request, .messageTooLarge(limit: Self.largestError))
    }
    connections[request]?.message += bytes
  }

  private mutating func ended(_ id: UInt32) {
    guard let request = owners[id], let connection = connections[request] else { return }
    if id == connection.error {
      connections[request]?.isErrorOver = true
    } else if !connection.isDataEnded {
      connections[request]?.isDataEnded = true
      if connection.reset == nil { events.append(.endOfData(request)) }
    }
    settle(request)
  }

  /// Ends a connection once nothing more can happen to it.
  private mutating func settle(_ request: UInt32) {
    guard let connection = connections[request], connection.isErrorOver else { return }
    if !connection.message.isEmpty {
      // An error ends the connection, whatever the data stream does.
      transport.reset(connection.data)
      over(request, .remote(String(decoding: connection.message, as: UTF8.self)))
    } else if let reset = connection.reset {
      transport.reset(connection.data)
      over(request, .reset(reset))
    } else if connection.isDataEnded {
      // The server has ended both streams and reads no more; unread data would block it.
      transport.reset(connection.data)
      over(request, nil)
    }
  }

  private mutating func over(_ request: UInt32, _ error: PortForwardError?) {
    guard let connection = connections.removeValue(forKey: request) else { return }
    owners[connection.data] = nil
    owners[connection.error] = nil
    events.append(.closed(request, error))
  }
}
