extension SPDYSession: StreamTransport {
  package mutating func receive(_ bytes: [UInt8]) throws(StreamingFailure) {
    do throws(SPDYFailure) { try receiveFrames(bytes) } catch { throw .spdy(error) }
  }

  package mutating func open(_ fields: [HTTPField]) throws(StreamingFailure) -> UInt32 {
    do throws(SPDYFailure) { return try openStream(fields) } catch { throw .spdy(error) }
  }

  package mutating func accept(_ stream: UInt32) throws(StreamingFailure) {
    do throws(SPDYFailure) { try reply(on: stream) } catch { throw .spdy(error) }
  }

  package mutating func ping() throws(StreamingFailure) {
    do throws(SPDYFailure) { _ = try sendPing() } catch { throw .spdy(error) }
  }

  package mutating func finish(_ stream: UInt32) -> Bool {
    finishStream(stream)
    return true
  }

  package mutating func reset(_ stream: UInt32) { reset(stream, .cancel) }

  package mutating func close() { close(.okay) }

  package mutating func takeEvents() -> [StreamEvent] {
    takeFrameEvents().compactMap { event in
      switch event {
      case .opened(let stream, let fields): .opened(stream: stream, fields)
      case .replied(let stream, _): .accepted(stream: stream)
      case .headers: nil
      case .data(let stream, let bytes): .data(stream: stream, bytes)
      case .endStream(let stream): .ended(stream: stream)
      case .reset(let stream, let status, let byPeer): .reset(stream: stream, .spdy(status, byPeer: byPeer))
      case .goAway(_, let status): .goAway("GOAWAY \(status)")
      case .pong: .pong
      }
    }
  }
}
