/// SPDY in the binary messages of a WebSocket connection, as port-forwarding uses it.
///
/// Source: `k8s.io/client-go/tools/portforward/tunneling_connection.go`: message boundaries have no meaning, because
/// the payloads form a single sequence of bytes. The subprotocol is `SPDY/3.1+portforward.k8s.io`.
package struct TunnelledSPDY: ~Copyable {
  /// The maximum size of a sent message in bytes.
  private static let maximumMessage = 32 << 10

  private var webSocket: WebSocketSession
  private var spdy: SPDYSession
  private var events: [StreamEvent] = []
  private var failure: StreamingFailure?
  private var isClosing = false

  package init(role: WebSocketSession.Role, limits: SPDYLimits = SPDYLimits()) throws(StreamingFailure) {
    webSocket = WebSocketSession(role: role)
    do throws(SPDYFailure) {
      spdy = try SPDYSession(role: role == .client ? .client : .server, limits: limits)
    } catch { throw .spdy(error) }
  }

  private mutating func handle(_ event: WebSocketEvent) throws(StreamingFailure) {
    switch event {
    case .message(let kind, let piece, _, _):
      guard kind == .binary else { throw .channel(.textInTunnel) }
      defer { events += spdy.takeEvents() }
      try spdy.receive(piece)
    case .pong: events.append(.pong)
    case .closed(let code, let reason):
      events.append(.closed("\(StreamReset.webSocket(code ?? .normal, reason: reason))"))
    }
  }
}

extension TunnelledSPDY: StreamTransport {
  package mutating func receive(_ bytes: [UInt8]) throws(StreamingFailure) {
    if let failure { throw failure }
    do throws(StreamingFailure) {
      do throws(WebSocketFailure) { try webSocket.receive(bytes) } catch {
        for event in webSocket.takeEvents() { try handle(event) }
        throw .webSocket(error)
      }
      for event in webSocket.takeEvents() { try handle(event) }
    } catch {
      failure = error
      isClosing = true
      throw error
    }
  }

  package mutating func send(into output: inout [UInt8], limit: Int) {
    webSocket.send(into: &output)
    while webSocket.isOpen, output.count < limit {
      var frames: [UInt8] = []
      spdy.send(into: &frames, limit: min(TunnelledSPDY.maximumMessage, limit - output.count))
      if frames.isEmpty { break }
      webSocket.send(.binary, frames, into: &output)
    }
    if isClosing || !spdy.isAlive {
      webSocket.close(failure == nil ? .normal : .protocolError)
      webSocket.send(into: &output)
    }
  }

  package mutating func takeEvents() -> [StreamEvent] {
    defer { events = [] }
    return events + spdy.takeEvents()
  }

  package var wantsRead: Bool { failure == nil && spdy.wantsRead }
  package var isAlive: Bool { failure == nil && webSocket.isAlive }

  package mutating func open(_ fields: [HTTPField]) throws(StreamingFailure) -> UInt32 {
    guard webSocket.isOpen else { throw .closed }
    return try spdy.open(fields)
  }

  package mutating func accept(_ stream: UInt32) throws(StreamingFailure) { try spdy.accept(stream) }
  package mutating func write(_ bytes: [UInt8], on stream: UInt32) { spdy.write(bytes, on: stream) }
  package mutating func finish(_ stream: UInt32) -> Bool { spdy.finish(stream) }
  package mutating func reset(_ stream: UInt32) { spdy.reset(stream) }
  package func unsent(on stream: UInt32) -> Int? { spdy.unsent(on: stream) }
  package mutating func consume(_ count: Int, on stream: UInt32) { spdy.consume(count, on: stream) }
  package var peerMayBeStalled: Bool { spdy.peerMayBeStalled }
  package mutating func notePeerIdle() { spdy.notePeerIdle() }
  package mutating func shutDown() { spdy.shutDown() }
  package mutating func ping() throws(StreamingFailure) { try spdy.ping() }

  package mutating func close() {
    spdy.close()
    isClosing = true
  }
}
