internal import CRIText

/// Streams as channels of one WebSocket connection.
///
/// Source: `k8s.io/streaming/pkg/httpstream/wsstream/conn.go`. There are no windows: if a reader does not consume its
/// data, the session stops reading from the connection, which stops all channels.
package struct ChannelSession: ~Copyable {
  /// The maximum size in bytes of the data in a sent message. It is a multiple of three, so that base64 text has no
  /// padding in the middle.
  private static let maximumData = 24 << 10

  package let channelProtocol: ChannelProtocol
  private var webSocket: WebSocketSession
  /// The number of bytes buffered for all channels together at which the session stops reading from its connection.
  private let maximumBuffer: Int
  private var channels: [Channel]
  private var events: [StreamEvent] = []
  private var incoming: ChannelMessage
  /// The received part of the message that ends a stream.
  private var closeSignal: [UInt8]?
  private var unconsumedBytes = 0
  private var failure: StreamingFailure?
  private var isShuttingDown = false
  private var nextTurn = 0

  package init(
    role: WebSocketSession.Role, _ channelProtocol: ChannelProtocol, layout: ChannelLayout, maximumBuffer: Int = 8 << 20
  ) {
    self.channelProtocol = channelProtocol
    self.maximumBuffer = maximumBuffer
    webSocket = WebSocketSession(role: role)
    channels = layout.channels
    incoming = ChannelMessage(isBase64: channelProtocol.isBase64)
    guard role == .server else { return }
    for index in channels.indices {
      channels[index].isOpened = true
      events.append(.opened(stream: UInt32(index), channels[index].fields))
      if let port = channels[index].port {
        channels[index].outgoing.append([UInt8(port & 0xff), UInt8(port >> 8)])
      }
    }
  }

  private func weWrite(_ channel: Channel) -> Bool {
    webSocket.role == .client ? channel.clientWrites : channel.serverWrites
  }

  private func peerWrites(_ channel: Channel) -> Bool {
    webSocket.role == .client ? channel.serverWrites : channel.clientWrites
  }

  // MARK: Receiving

  private mutating func handle(_ event: WebSocketEvent) throws(StreamingFailure) {
    switch event {
    case .message(_, let piece, let isFirst, let isLast):
      do throws(ChannelFailure) {
        try received(piece, isFirst: isFirst, isLast: isLast)
      } catch { throw .channel(error) }
    case .pong: events.append(.pong)
    case .closed(let code, let reason): closedByPeer(code ?? .normal, reason)
    }
  }

  private mutating func received(_ piece: [UInt8], isFirst: Bool, isLast: Bool) throws(ChannelFailure) {
    if isFirst {
      incoming = ChannelMessage(isBase64: channelProtocol.isBase64)
      closeSignal = channelProtocol.canEndStreams && piece.first == ChannelProtocol.closeSignal ? [] : nil
    }
    if let beginning = closeSignal {
      let signal = beginning + piece
      closeSignal = signal
      guard signal.count <= 2, !isLast || signal.count == 2 else { throw .malformedClose(Array(signal.prefix(8))) }
      if isLast { endedByPeer(Int(signal[1])) }
      return
    }
    let data = try incoming.append(piece, isLast: isLast)
    guard let channel = incoming.channel, channels.indices.contains(Int(channel)) else { return }
    try received(data, on: Int(channel))
  }

  /// Data on a channel that was not requested is discarded, as in the Kubernetes client.
  private mutating func received(_ data: [UInt8], on index: Int) throws(ChannelFailure) {
    var data = data
    if let port = channels[index].port, webSocket.role == .client, channels[index].portBytes.count < 2 {
      channels[index].portBytes += data.prefix(2 - channels[index].portBytes.count)
      data.removeFirst(min(data.count, 2))
      let bytes = channels[index].portBytes
      guard bytes.count == 2 else { return }
      let found = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
      guard found == port else { throw .wrongPort(expected: port, found: found) }
    }
    let channel = channels[index]
    guard !data.isEmpty, channel.isOpened, peerWrites(channel), !channel.isFinishedByPeer, !channel.isDiscarding else {
      return
    }
    channels[index].unconsumedBytes += data.count
    unconsumedBytes += data.count
    events.append(.data(stream: UInt32(index), data))
  }

  private mutating func endedByPeer(_ index: Int) {
    guard channels.indices.contains(index), channels[index].isOpened, peerWrites(channels[index]),
      !channels[index].isFinishedByPeer
    else { return }
    channels[index].isFinishedByPeer = true
    events.append(.ended(stream: UInt32(index)))
  }

  private mutating func closedByPeer(_ code: WebSocketCloseCode, _ reason: String) {
    for index in channels.indices where channels[index].isOpened {
      channels[index].outgoing.removeAll()
      channels[index].isFinished = true
      if code == .normal {
        endedByPeer(index)
      } else if !channels[index].isFinishedByPeer {
        channels[index].isFinishedByPeer = true
        events.append(.reset(stream: UInt32(index), .webSocket(code, reason: reason)))
      }
    }
    events.append(.closed("\(StreamReset.webSocket(code, reason: reason))"))
  }

  // MARK: Sending

  private mutating func sendTurn(into output: inout [UInt8]) -> Bool {
    for offset in channels.indices {
      let index = (nextTurn + offset) % channels.count
      let channel = channels[index]
      if !channel.outgoing.isEmpty {
        var data: [UInt8] = []
        channels[index].outgoing.take(ChannelSession.maximumData, into: &data)
        send(data, on: UInt8(index), into: &output)
      } else if channel.isFinishing, !channel.isFinished {
        channels[index].isFinished = true
        webSocket.send(.binary, [ChannelProtocol.closeSignal, UInt8(index)], into: &output)
      } else {
        continue
      }
      nextTurn = (index + 1) % channels.count
      return true
    }
    return false
  }

  private mutating func send(_ data: [UInt8], on channel: UInt8, into output: inout [UInt8]) {
    if channelProtocol.isBase64 {
      webSocket.send(.text, [channel + UInt8(ascii: "0")] + Base64.encode(data).utf8, into: &output)
    } else {
      webSocket.send(.binary, [channel] + data, into: &output)
    }
  }
}

extension ChannelSession: StreamTransport {
  package mutating func receive(_ bytes: [UInt8]) throws(StreamingFailure) {
    if let failure { throw failure }
    do throws(StreamingFailure) {
      do throws(WebSocketFailure) { try webSocket.receive(bytes) } catch {
        // Events that occurred before the failure are still reported.
        for event in webSocket.takeEvents() { try handle(event) }
        throw .webSocket(error)
      }
      for event in webSocket.takeEvents() { try handle(event) }
    } catch {
      failure = error
      webSocket.close(.protocolError)
      throw error
    }
  }

  package mutating func send(into output: inout [UInt8], limit: Int) {
    webSocket.send(into: &output)
    while webSocket.isOpen, output.count < limit, sendTurn(into: &output) {}
    if isShuttingDown, channels.allSatisfy(\.outgoing.isEmpty) {
      webSocket.close()
      webSocket.send(into: &output)
    }
  }

  package mutating func takeEvents() -> [StreamEvent] {
    defer { events = [] }
    return events
  }

  package var wantsRead: Bool { failure == nil && unconsumedBytes < maximumBuffer }

  package var isAlive: Bool { failure == nil && webSocket.isAlive }

  package mutating func open(_ fields: [HTTPField]) throws(StreamingFailure) -> UInt32 {
    if let failure { throw failure }
    guard webSocket.isOpen else { throw .closed }
    guard let index = channels.firstIndex(where: { !$0.isOpened && $0.matches(fields) }) else {
      throw .noSuchStream(fields)
    }
    channels[index].isOpened = true
    events.append(.accepted(stream: UInt32(index)))
    return UInt32(index)
  }

  package mutating func accept(_ stream: UInt32) {}

  package mutating func write(_ bytes: [UInt8], on stream: UInt32) {
    let index = Int(stream)
    guard channels.indices.contains(index), channels[index].isOpened, !channels[index].isFinishing,
      !channels[index].isFinished, weWrite(channels[index]), webSocket.isOpen
    else { return }
    channels[index].outgoing.append(bytes)
  }

  package mutating func finish(_ stream: UInt32) -> Bool {
    let index = Int(stream)
    guard channels.indices.contains(index), channelProtocol.canEndStreams else { return false }
    channels[index].isFinishing = true
    return true
  }

  package mutating func reset(_ stream: UInt32) {
    let index = Int(stream)
    guard channels.indices.contains(index), channels[index].isOpened else { return }
    channels[index].outgoing.removeAll()
    channels[index].isDiscarding = true
    if weWrite(channels[index]), !finish(stream) { channels[index].isFinished = true }
  }

  package func unsent(on stream: UInt32) -> Int? {
    let index = Int(stream)
    guard channels.indices.contains(index), channels[index].isOpened, !channels[index].isFinished else { return nil }
    return channels[index].outgoing.count
  }

  package mutating func consume(_ count: Int, on stream: UInt32) {
    guard channels.indices.contains(Int(stream)) else { return }
    let count = min(count, channels[Int(stream)].unconsumedBytes)
    channels[Int(stream)].unconsumedBytes -= count
    unconsumedBytes -= count
  }

  /// This protocol has no windows.
  package var peerMayBeStalled: Bool { false }
  package mutating func notePeerIdle() {}

  package mutating func close() { webSocket.close() }

  package mutating func shutDown() { isShuttingDown = true }

  package mutating func ping() { webSocket.ping() }
}
