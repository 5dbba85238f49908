import CRISystem
import TestSupport

@testable import CRIStreaming

/// Accepts one session, and then stops reading.
final class NonReadingPeer: Sendable {
  private let stop: WakePipe

  init(_ listener: consuming Descriptor, _ kind: StreamTransportKind) throws {
    stop = try WakePipe()
    let (number, end) = (listener.release(), stop.descriptor)
    try Thread.detach { try? Self.serve(Descriptor(owning: number), kind, end) }
  }

  func close() { stop.wake() }

  private static func serve(_ listener: consuming Descriptor, _ kind: StreamTransportKind, _ end: Int32) throws {
    _ = try Poll.wait([(listener.rawValue, true, false)], timeout: .seconds(30))
    guard let accepted = try TCPSocket.accept(on: listener) else { return }
    var pipe = StreamPipe(PlainSocket(accepted))
    var reader = UpgradeRequestReader()
    var offer: UpgradeOffer?
    while offer == nil {
      _ = try Poll.wait([(pipe.socket.number, true, false)], timeout: .seconds(30))
      if case .bytes(let bytes) = pipe.read() { offer = try reader.receive(bytes) }
    }
    guard let offer else { return }
    let name = kind == .spdy ? "v4.channel.k8s.io" : offer.protocols.first { $0.hasPrefix("v4") } ?? ""
    pipe.output = UpgradeResponse.accept(offer, protocolName: name) ?? []
    _ = pipe.flush()
    if kind == .spdy {
      var session = try SPDYSession(role: .server, limits: limits)
      try session.receive(offer.rest)
      // The streams may still be in transit.
      for _ in 0..<20 {
        for case .opened(let id, _) in session.takeEvents() { try session.accept(id) }
        if pipe.isEmpty { session.send(into: &pipe.output, limit: 1 << 16) }
        _ = pipe.flush()
        let ready = try Poll.wait([(pipe.socket.number, true, false)], timeout: .milliseconds(20))
        if ready[0].readable, case .bytes(let bytes) = pipe.read() { try session.receive(bytes) }
        if session.unconsumed > 0 { break }
      }
    }
    _ = try Poll.wait([(end, true, false)], timeout: .seconds(60))
  }

  private static var limits: SPDYLimits {
    var limits = SPDYLimits()
    limits.streams = 10
    return limits
  }
}
