@testable import CRIStreaming

/// A client and a server that exchange bytes without a connection.
final class SPDYPair {
  var client: SPDYSession
  var server: SPDYSession
  var clientEvents: [SPDYEvent] = []
  var serverEvents: [SPDYEvent] = []

  init(client: SPDYLimits = SPDYLimits(), server: SPDYLimits? = nil) throws {
    var limits = SPDYLimits()
    limits.streams = 10
    let one = try SPDYSession(role: .client, limits: client)
    let other = try SPDYSession(role: .server, limits: server ?? limits)
    self.client = one
    self.server = other
    try exchange()
  }

  /// Moves bytes until neither end has anything to send.
  func exchange() throws {
    while true {
      var (there, back): ([UInt8], [UInt8]) = ([], [])
      client.send(into: &there, limit: 1 << 20)
      server.send(into: &back, limit: 1 << 20)
      if there.isEmpty, back.isEmpty { return }
      try server.receiveFrames(there)
      try client.receiveFrames(back)
      clientEvents += client.takeFrameEvents()
      serverEvents += server.takeFrameEvents()
    }
  }

  /// Opens a stream that the server accepts.
  func open(_ fields: [HTTPField] = []) throws -> UInt32 {
    let id = try client.openStream(fields)
    try exchange()
    try server.reply(on: id)
    try exchange()
    clientEvents = []
    serverEvents = []
    return id
  }

  var bytesAtServer: Int { Self.count(serverEvents) }
  var bytesAtClient: Int { Self.count(clientEvents) }

  private static func count(_ events: [SPDYEvent]) -> Int {
    events.reduce(0) { if case .data(_, let bytes) = $1 { $0 + bytes.count } else { $0 } }
  }
}
