/// Decides when to probe a peer that owes a response, and when to close the connection. It performs no I/O.
///
/// The first probe of a connection is a PING. Later ones are empty SETTINGS frames, which a peer must acknowledge just
/// as promptly (RFC 9113, section 6.5.3): grpc-go closes a connection whose client sends PINGs more often than every
/// five minutes ("too_many_pings").
package struct Heartbeat: Sendable {
  /// The time that a peer may take to acknowledge a probe.
  package struct Limits: Hashable, Sendable {
    /// The time from a request to the first acknowledgement, including the time to connect.
    package var first: Duration
    /// The time from a later probe to its acknowledgement.
    package var later: Duration
    /// The time from an acknowledgement to the next probe.
    package var interval: Duration

    package init(first: Duration, later: Duration, interval: Duration) {
      (self.first, self.later, self.interval) = (first, later, interval)
    }
  }

  package enum Probe: Hashable, Sendable { case ping, settings }

  package enum Step: Hashable, Sendable {
    case probe(Probe)
    /// The peer has acknowledged nothing for this long.
    case giveUp(after: Duration)
  }

  private enum State {
    case idle
    case due(ContinuousClock.Instant)
    case awaiting(Probe, until: ContinuousClock.Instant, limit: Duration)
  }

  private var state = State.idle
  private var limits = Limits(first: .zero, later: .zero, interval: .zero)
  /// A connection sends only one PING.
  private var hasPinged = false

  package init() {}

  /// The time at which to call `step`; nil while no call is waiting for a response.
  package var wakeTime: ContinuousClock.Instant? {
    switch state {
    case .idle: nil
    case .due(let time): time
    case .awaiting(_, let end, _): end
    }
  }

  /// Starts probing when a request is sent, unless probing has already started.
  /// - Returns: The probe to send now.
  package mutating func start(_ limits: Limits, at now: ContinuousClock.Instant) -> Probe? {
    guard case .idle = state else { return nil }
    self.limits = limits
    return send(limits.first, now)
  }

  /// Stops probing when no request is waiting for a response.
  package mutating func stop() { state = .idle }

  /// The peer has acknowledged a probe of this kind.
  package mutating func acknowledged(_ probe: Probe, at now: ContinuousClock.Instant) {
    if case .awaiting(probe, _, _) = state { state = .due(now + limits.interval) }
  }

  /// Whether the acknowledgement of this kind of probe is missing.
  package func isAwaiting(_ probe: Probe) -> Bool { if case .awaiting(probe, _, _) = state { true } else { false } }

  /// - Returns: The next step; nil if it is too early for one.
  package mutating func step(at now: ContinuousClock.Instant) -> Step? {
    switch state {
    case .due(let time) where time <= now: return .probe(send(limits.later, now))
    case .awaiting(_, let end, let limit) where end <= now:
      state = .idle
      return .giveUp(after: limit)
    default: return nil
    }
  }

  private mutating func send(_ limit: Duration, _ now: ContinuousClock.Instant) -> Probe {
    let probe: Probe = hasPinged ? .settings : .ping
    hasPinged = true
    state = .awaiting(probe, until: now + limit, limit: limit)
    return probe
  }
}
