import CRIHTTP2
import TestSupport

/// A client and a server that exchange bytes without a socket.
final class SessionPair {
  var client: Session
  var server: Session
  var clientEvents: [Event] = []
  var serverEvents: [Event] = []

  static let headers = [
    Header(":method", "POST"), Header(":scheme", "http"), Header(":path", "/a.B/C"), Header(":authority", "localhost"),
  ]
  static let response = [Header(":status", "200"), Header("x", "y")]

  /// - Parameter window: The bytes that each side can send on a stream before they are consumed.
  init(window: Int32 = 4 << 20) throws {
    client = try Session.open(role: .client, streamWindow: window)
    server = try Session.open(role: .server, streamWindow: window)
    try exchange()
  }

  /// Moves bytes until neither side has any left to send.
  /// - Parameter consuming: Whether data is consumed when it arrives, so that the windows stay open.
  func exchange(consuming: Bool = true) throws {
    while true {
      var (there, back): ([UInt8], [UInt8]) = ([], [])
      try client.send(into: &there)
      try server.send(into: &back)
      if there.isEmpty && back.isEmpty { return }
      if !there.isEmpty { try server.receive(there) }
      if !back.isEmpty { try client.receive(back) }
      try collect(consuming)
    }
  }

  private func collect(_ consuming: Bool) throws {
    for event in client.takeEvents() {
      clientEvents.append(event)
      guard case .data(let stream, let bytes) = event, consuming else { continue }
      try client.consumeConnection(bytes.count)
      try client.consume(bytes.count, on: stream)
    }
    for event in server.takeEvents() {
      serverEvents.append(event)
      guard case .data(let stream, let bytes) = event, consuming else { continue }
      try server.consumeConnection(bytes.count)
      try server.consume(bytes.count, on: stream)
    }
  }

  /// Whether the client's and the server's sessions are open.
  var areAlive: [Bool] { [client.isAlive, server.isAlive] }

  /// The unsent bytes of a stream in the client's and in the server's session.
  func unsent(on stream: Int32) -> [Int?] { [client.unsent(on: stream), server.unsent(on: stream)] }

  var bytesAtClient: Int { Self.count(clientEvents) }
  var bytesAtServer: Int { Self.count(serverEvents) }

  private static func count(_ events: [Event]) -> Int {
    events.reduce(0) { if case .data(_, let bytes) = $1 { $0 + bytes.count } else { $0 } }
  }
}
