@testable import CRIStreaming

/// The client and the server of a port-forward session, which exchange bytes without a connection.
final class PortForwardPair<Transport: StreamTransport & ~Copyable> {
  var client: PortForwardClient<Transport>
  var server: PortForwardServer<Transport>
  private var clientEvents: [PortForwardEvent] = []
  private var serverEvents: [PortForwardEvent] = []

  init(client: consuming PortForwardClient<Transport>, server: consuming PortForwardServer<Transport>) {
    self.client = client
    self.server = server
  }

  /// Moves bytes until neither end has anything to send; all data is consumed.
  func exchange(piece: Int = 100_000) throws {
    while true {
      var (there, back): ([UInt8], [UInt8]) = ([], [])
      client.send(into: &there)
      server.send(into: &back)
      if there.isEmpty, back.isEmpty { return }
      for bytes in there.split(piece) { try server.receive(bytes) }
      for bytes in back.split(piece) { try client.receive(bytes) }
      collect()
    }
  }

  private func collect() {
    for event in client.takeEvents() {
      if case .data(let request, let bytes) = event { client.consume(bytes.count, on: request) }
      clientEvents.append(event)
    }
    for event in server.takeEvents() {
      if case .data(let request, let bytes) = event { server.consume(bytes.count, on: request) }
      serverEvents.append(event)
    }
  }

  /// Returns the events since the last call, with pieces of data joined.
  func take() -> (client: [PortForwardEvent], server: [PortForwardEvent]) {
    collect()
    defer { (clientEvents, serverEvents) = ([], []) }
    return (Self.joined(clientEvents), Self.joined(serverEvents))
  }

  private static func joined(_ events: [PortForwardEvent]) -> [PortForwardEvent] {
    events.reduce(into: []) { result, event in
      if case .data(let request, let bytes) = event, case .data(request, let earlier) = result.last {
        result[result.count - 1] = .data(request, earlier + bytes)
      } else {
        result.append(event)
      }
    }
  }
}

extension PortForwardPair where Transport == SPDYSession {
  static func spdy(streams: Int = 1000) throws -> PortForwardPair {
    var limits = SPDYLimits()
    limits.streams = streams
    return PortForwardPair(
      client: PortForwardClient(over: try SPDYSession(role: .client)),
      server: try PortForwardServer(over: try SPDYSession(role: .server, limits: limits)))
  }
}

extension PortForwardPair where Transport == TunnelledSPDY {
  static func tunnel() throws -> PortForwardPair {
    var limits = SPDYLimits()
    limits.streams = 1000
    return PortForwardPair(
      client: PortForwardClient(over: try TunnelledSPDY(role: .client)),
      server: try PortForwardServer(over: try TunnelledSPDY(role: .server, limits: limits)))
  }
}

extension PortForwardPair where Transport == ChannelSession {
  static func channels(_ ports: [UInt16], isBase64: Bool = false) throws -> PortForwardPair {
    let channel = ChannelProtocol(.v4, isBase64: isBase64)
    return PortForwardPair(
      client: PortForwardClient(over: ChannelSession(role: .client, channel, layout: .portForward(ports))),
      server: try PortForwardServer(over: ChannelSession(role: .server, channel, layout: .portForward(ports))))
  }
}
