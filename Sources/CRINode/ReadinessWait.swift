public import CRI
internal import CRISystem

/// Waits until a starting runtime is ready and stable.
///
/// Ready means that Version, Status with RuntimeReady (and NetworkReady if requested) and ListPodSandbox succeed on one
/// connection, and continue to succeed from the same process. A socket that accepts connections is not enough, and
/// neither is systemd's "active".
public struct ReadinessWait: Sendable {
  /// What to wait for.
  public enum Goal: Hashable, Sendable {
    case ready
    /// The runtime is ready and CNI is configured, so that pods with their own network can start.
    case network
  }

  /// The runtime's socket.
  public var endpoint: Endpoint
  /// What to wait for.
  public var goal: Goal
  /// The version of the interface to call.
  public var api: APISelection
  /// The time limit for the whole wait.
  public var timeout: Duration
  /// The time for which the runtime must stay ready, over at least three polls. This catches a daemon that crashes
  /// while it recovers, and an old daemon that still responds. Zero accepts the first success. The default is two
  /// seconds, or half of the timeout if that is less.
  public var stability: Duration

  /// The result of the last poll.
  public struct Observation: Hashable, Sendable {
    /// The state of a runtime that is starting.
    public enum Phase: Hashable, Sendable {
      /// No process listens on the socket.
      case down
      /// A process accepts the connection but does not respond within a second, as CRI-O does while it restores.
      case silent
      /// The runtime responds that it is still recovering.
      case recovering
      /// The runtime responds that it is not ready.
      case notReady
      /// The runtime is ready, but `stability` has not passed yet.
      case settling
      case ready
    }
    /// The runtime's state.
    public var phase: Phase
    /// One line, such as `the socket does not exist`.
    public var words: String
  }

  /// The result of the wait.
  public enum Outcome: Hashable, Sendable {
    /// - Parameter after: The time from the start of the wait to the first success.
    case ready(after: Duration, peer: PeerCredentials?)
    case timedOut(last: Observation)
    /// The error is permanent, so waiting longer would not help.
    case failed(RPCError)
  }

  /// The polling interval for changes that the kernel does not report, such as a mount; a new socket is noticed
  /// immediately.
  package var fallbackInterval = Duration.seconds(1)
  /// The longest interval between attempts to connect; a replaced socket is noticed immediately.
  package var longestDelay = Duration.seconds(1)
  /// A daemon that hangs is polled again on a new connection.
  private static let tryTimeout = Duration.seconds(1)
  /// How long an error that looks permanent must last before it ends the wait, because an old daemon that is stopping
  /// or a new one that is starting may return such errors too.
  package var grace = Duration.seconds(5)

  /// Creates a wait. `run(progress:)` performs it.
  public init(
    endpoint: Endpoint, goal: Goal = .ready, api: APISelection = .auto, timeout: Duration = .seconds(120),
    stability: Duration? = nil
  ) {
    self.endpoint = endpoint
    self.goal = goal
    self.api = api
    self.timeout = timeout
    self.stability = stability ?? Self.usualStability(timeout)
  }

  /// The default is two seconds, or half of the timeout if that is less.
  private static func usualStability(_ timeout: Duration) -> Duration { max(min(.seconds(2), timeout / 2), .zero) }

  /// - Parameter progress: Called when the phase changes.
  public func run(progress: (Observation) -> Void = { _ in }) async -> Outcome {
    let start = ContinuousClock.now
    var last: Observation?
    var good: (since: ContinuousClock.Instant, peer: PeerCredentials?, polls: Int)?
    var permanentSince: ContinuousClock.Instant?
    var shortage: RPCError?
    func timedOut(_ last: Observation) -> Outcome { shortage.map { .failed($0) } ?? .timedOut(last: last) }
    // The number of times that the runtime was ready but then was not ready or had been replaced by a different
    // process.
    var ends = 0
    var pollInterval = PollInterval(endpoint, longest: longestDelay)
    while true {
      let remaining = timeout - (ContinuousClock.now - start)
      // A timeout of zero returns the current state.
      if remaining <= .zero, let last { return timedOut(last) }
      let isCutShort = remaining < Self.tryTimeout
      let poll = await poll(within: remaining > .zero && isCutShort ? remaining : Self.tryTimeout)
      let now = ContinuousClock.now
      let observation: Observation
      let between: Duration
      var isMissing = false
      if case .good = poll {} else if good != nil { ends += 1 }
      if case .permanent = poll {} else { (permanentSince, shortage) = (nil, nil) }
      switch poll {
      case .good(let peer):
        // The process is not the one that responded to the last poll, so the required time starts over.
        if let good, good.peer != peer { ends += 1 }
        if good == nil || good?.peer != peer { good = (now, peer, 0) }
        good?.polls += 1
        let since = good?.since ?? now
        if stability == .zero || (good?.polls ?? 0) >= 3 && now - since >= stability {
          let ready = Observation(phase: .ready, words: "the runtime is ready")
          if ready.phase != last?.phase { progress(ready) }
          return .ready(after: since - start, peer: peer)
        }
        let past = ends == 0 ? "" : " (it has stopped being ready \(ends == 1 ? "once" : "\(ends) times"))"
        let words = "the runtime is ready, but must stay ready for \(seconds(stability))\(past)"
        observation = Observation(phase: .settling, words: words)
        between = min(.milliseconds(250), stability / 4)
        pollInterval.reset()
      case .bad(let seen):
        // The timeout ended this poll early, so the previous poll is more informative.
        if isCutShort, seen.phase == .silent, now - start >= timeout, let last { return timedOut(last) }
        good = nil
        observation = seen
        let hasResponded = seen.phase == .recovering || seen.phase == .notReady
        between = hasResponded ? pollInterval.afterResponse(at: now) : pollInterval.afterFailure()
      case .missing:
        good = nil
        observation = Observation(phase: .down, words: "the socket does not exist")
        isMissing = true
        between = .zero
        pollInterval.reset()
      case .permanent(let error):
        good = nil
        let since = permanentSince ?? now
        permanentSince = since
        // This process cannot start a thread (`Thread.detach`), which says nothing about the runtime.
        shortage = error.errno == .noMemory ? error : nil
        if now - since >= grace { return .failed(error) }
        between = min(pollInterval.afterFailure(), since + grace - now)
        observation = Observation(phase: .notReady, words: "\(error)")
      }
      if observation.phase != last?.phase { progress(observation) }
      last = observation
      if isMissing {
        await ArrivalWatch.pause(for: [endpoint.path], atMost: min(fallbackInterval, max(remaining, .zero)))
      } else {
        await pollInterval.pause(min(between, max(remaining, .zero)))
      }
      if Task.isCancelled { return timedOut(observation) }
    }
  }

  private enum PollResult {
    case good(PeerCredentials?)
    case bad(Observation)
    /// The socket does not exist.
    case missing
    case permanent(RPCError)
  }

  /// Polls once, on a separate connection.
  private func poll(within limit: Duration) async -> PollResult {
    let client = Client(endpoint, options: Client.Options(api: api, timeout: limit))
    do throws(RPCError) {
      _ = try await client.runtime.version(VersionRequest(version: "v1"))
      let conditions = try await client.runtime.status().status?.conditions ?? []
      for type in ["RuntimeReady"] + (goal == .network ? ["NetworkReady"] : []) {
        let found = conditions.first { $0.type == type }
        if found?.status != true {
          let explanation = [found?.reason, found?.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(
            separator: ": ")
          return .bad(
            Observation(phase: .notReady, words: "\(type) is false\(explanation.isEmpty ? "" : ": \(explanation)")")
          )
        }
      }
      _ = try await client.runtime.listPodSandbox()
      return .good(client.peer)
    } catch {
      return Self.classify(error)
    }
  }

  private static func classify(_ error: RPCError) -> PollResult {
    func bad(_ phase: Observation.Phase, _ words: String) -> PollResult {
      .bad(Observation(phase: phase, words: words))
    }
    switch error.cause {
    case .cannotConnect(_, .noSuchFile): return .missing
    case .cannotConnect(_, .connectionRefused): return bad(.down, "no process listens on the socket")
    case .cannotConnect(_, .again): return bad(.silent, "the socket's connection queue is full")
    case .cannotConnect: return .permanent(error)
    case .connectionLost(_, let reason): return bad(.down, "the connection was lost: \(reason)")
    case .deadlineExceeded, .notResponding: return bad(.silent, "the runtime accepts connections but does not respond")
    case .status(let status):
      if error.isNotInitialized { return bad(.recovering, "the runtime is recovering its state") }
      if status.code == .unavailable || status.code == .deadlineExceeded { return bad(.recovering, status.message) }
      return .permanent(error)
    default: return .permanent(error)
    }
  }

  private func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let tenths = attoseconds / 100_000_000_000_000_000
    return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
  }
}
