import CRIHTTP2
import Testing

/// The times at which a peer is probed and the connection is given up.
@Suite struct HeartbeatTests {
  private static let limits = Heartbeat.Limits(first: .seconds(2), later: .seconds(10), interval: .seconds(5))
  private let start = ContinuousClock.now

  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  @Test func `the first probe is a PING and later ones are SETTINGS`() {
    var heartbeat = Heartbeat()
    #expect(heartbeat.wakeTime == nil)
    #expect(heartbeat.start(Self.limits, at: start) == .ping)
    #expect(heartbeat.wakeTime == at(2))
    heartbeat.acknowledged(.ping, at: at(1))
    #expect(heartbeat.wakeTime == at(6))
    #expect(heartbeat.step(at: at(5.9)) == nil)
    #expect(heartbeat.step(at: at(6)) == .probe(.settings))
    #expect(heartbeat.wakeTime == at(16))
    heartbeat.acknowledged(.settings, at: at(7))
    #expect(heartbeat.step(at: at(12)) == .probe(.settings))
  }

  @Test func `the limit for the first acknowledgement differs from that for later ones`() {
    var heartbeat = Heartbeat()
    _ = heartbeat.start(Self.limits, at: start)
    #expect(heartbeat.step(at: at(1.9)) == nil)
    #expect(heartbeat.step(at: at(2)) == .giveUp(after: .seconds(2)))
    #expect(heartbeat.wakeTime == nil)
    var later = Heartbeat()
    _ = later.start(Self.limits, at: start)
    later.acknowledged(.ping, at: at(1))
    #expect(later.step(at: at(6)) == .probe(.settings))
    #expect(later.step(at: at(15.9)) == nil)
    #expect(later.step(at: at(16)) == .giveUp(after: .seconds(10)))
  }

  @Test func `only an acknowledgement of the sent frame counts`() {
    var heartbeat = Heartbeat()
    _ = heartbeat.start(Self.limits, at: start)
    heartbeat.acknowledged(.settings, at: at(1))
    #expect(heartbeat.step(at: at(2)) == .giveUp(after: .seconds(2)))
  }

  @Test func `a second request does not restart the heartbeat, and a connection sends one PING`() {
    var heartbeat = Heartbeat()
    #expect(heartbeat.start(Self.limits, at: start) == .ping)
    #expect(heartbeat.start(Self.limits, at: at(1)) == nil)
    #expect(heartbeat.wakeTime == at(2))
    heartbeat.stop()
    #expect(heartbeat.wakeTime == nil)
    #expect(heartbeat.start(Self.limits, at: at(3)) == .settings)
    #expect(heartbeat.wakeTime == at(5))
  }

  @Test func `SETTINGS are counted until they are acknowledged`() throws {
    let pair = try SessionPair()
    #expect(pair.client.unacknowledgedSettings == 0)
    try pair.client.sendEmptySettings()
    try pair.client.sendEmptySettings()
    #expect(pair.client.unacknowledgedSettings == 2)
    try pair.exchange()
    #expect(pair.client.unacknowledgedSettings == 0)
    #expect(pair.areAlive == [true, true])
  }
}
