@testable import CRIStreaming

/// The client and the server of a remote command, which exchange bytes without a connection.
final class CommandPair<Transport: StreamTransport & ~Copyable> {
  typealias ServerEvent = RemoteCommandServer<Transport>.Event

  var client: RemoteCommandClient<Transport>
  var server: RemoteCommandServer<Transport>
  private(set) var clientEvents: [RemoteCommandEvent] = []
  private(set) var serverEvents: [ServerEvent] = []
  var stdout: [UInt8] = []
  var stderr: [UInt8] = []
  var stdin: [UInt8] = []

  init(client: consuming RemoteCommandClient<Transport>, server: consuming RemoteCommandServer<Transport>) {
    self.client = client
    self.server = server
  }

  /// Moves bytes until neither end has anything to send; all data is consumed.
  /// - Parameter piece: The number of bytes that arrive in one piece.
  func exchange(piece: Int = 100_000) throws {
    while true {
      var (there, back): ([UInt8], [UInt8]) = ([], [])
      client.send(into: &there)
      server.send(into: &back)
      if there.isEmpty, back.isEmpty { return }
      for bytes in there.split(piece) { try server.receive(bytes) }
      for bytes in back.split(piece) { client.receive(bytes) }
      collect()
    }
  }

  private func collect() {
    for event in client.takeEvents() {
      guard case .output(let output, let bytes) = event else {
        clientEvents.append(event)
        continue
      }
      if output == .stdout { stdout += bytes } else { stderr += bytes }
      client.consume(bytes.count, of: output)
    }
    for event in server.takeEvents() {
      guard case .input(let bytes) = event else {
        serverEvents.append(event)
        continue
      }
      stdin += bytes
      server.consumeInput(bytes.count)
    }
  }

  /// Returns the events since the last call; the outputs and the input are in separate properties.
  func take() -> (client: [RemoteCommandEvent], server: [ServerEvent]) {
    collect()
    defer { (clientEvents, serverEvents) = ([], []) }
    return (clientEvents, serverEvents)
  }
}

extension CommandPair where Transport == SPDYSession {
  static func spdy(_ version: RemoteCommandProtocol, _ streams: RemoteCommandStreams) throws -> CommandPair {
    var limits = SPDYLimits()
    limits.streams = 5
    return CommandPair(
      client: try RemoteCommandClient(over: try SPDYSession(role: .client), version: version, streams: streams),
      server: try RemoteCommandServer(
        over: try SPDYSession(role: .server, limits: limits), version: version, streams: streams))
  }
}

extension CommandPair where Transport == ChannelSession {
  static func channels(_ channel: ChannelProtocol, _ streams: RemoteCommandStreams) throws -> CommandPair {
    CommandPair(
      client: try RemoteCommandClient(
        over: ChannelSession(role: .client, channel, layout: .remoteCommand), version: channel.version,
        streams: streams),
      server: try RemoteCommandServer(
        over: ChannelSession(role: .server, channel, layout: .remoteCommand), version: channel.version,
        streams: streams))
  }
}
