internal import CRI
internal import CRICommandLine
internal import CRINode
internal import CRISystem
internal import CRIText

/// An endless stream of events that continues when the runtime is restarted.
struct EventFeed: Sendable {
  let client: Client
  let api: APISelection

  /// The delay between two streams, so that a runtime that ends each stream at once is not kept busy.
  private static let breath = Backoff(first: shortestBreath, limit: .seconds(5))
  private static let shortestBreath = Duration.milliseconds(200)
  /// A stream that lasted this long counts as working.
  private static let steady = Duration.seconds(10)
  /// The number of events that may wait to be written.
  private static let mostPending = 64
  /// The number of streams in a row that a runtime must end at once, without a restart, before it counts as one that has
  /// no events.
  private static let mostEmpty = 3
  /// The time to wait for a runtime, effectively without a limit: an administrator may take long.
  private static let patience = Duration.seconds(365 * 86_400)

  /// Writes each event as it arrives; ends only with an error.
  func run(_ write: (ContainerEventResponse) throws -> Void) async throws {
    var known: KnownObjects?
    var retries = Self.breath
    var empty = 0
    while true {
      let begun = ContinuousClock.now
      let reason: String
      switch try await listen(&known, isQuiet: empty > 0, write) {
      case .lost(let words): (reason, empty) = (words, 0)
      case .ended(let events):
        reason = "the event stream ended"
        empty = events == 0 && .now - begun < Self.steady ? empty + 1 : 0
        guard empty < Self.mostEmpty else { throw Self.noEvents }
        // A runtime that stops also ends its streams, and does not accept another one then.
        if empty > 0 {
          await pause(Self.shortestBreath)
          continue
        }
      }
      try say("\(client.endpoint): \(reason); waiting for the runtime; events may be missed")
      if .now - begun >= Self.steady { retries.reset() }
      await rest(&retries)
      let wait = ReadinessWait(endpoint: client.endpoint, api: api, timeout: Self.patience, stability: .zero)
      switch await wait.run() {
      case .ready: break
      case .timedOut(let last): throw Failure(.unreachable, "\(client.endpoint): \(last.words)")
      case .failed(let error): throw Failure(error, client.endpoint)
      }
    }
  }

  private static let noEvents = Failure(
    .failed,
    "the runtime ends each stream of events immediately; CRI-O does so unless its configuration has "
      + "enable_pod_events = true in [crio.runtime]; use cri ps --watch instead")

  /// How a stream ended.
  private enum End {
    /// Because of an error of the connection.
    case lost(String)
    /// The runtime ended the stream without an error, after this number of events.
    case ended(events: Int)
  }

  /// Waits before the next stream; for a shorter time if another server replaces the socket.
  private func rest(_ retries: inout Backoff) async {
    let delay = retries.delay()
    guard let watch = ReplacementWatch(client.endpoint.path) else { return await pause(delay) }
    if await watch.pause(atMost: delay) { retries.reset() }
  }

  /// Reads one stream, from its beginning to its end.
  /// - Parameter isQuiet: Whether the stream is not reported if nothing has changed since the previous one.
  /// - Returns: How the stream ended.
  private func listen(
    _ known: inout KnownObjects?, isQuiet: Bool, _ write: (ContainerEventResponse) throws -> Void
  ) async throws -> End {
    // The task belongs to the caller and ends with it.
    try await withThrowingTaskGroup(of: Void.self) { group in
      let (events, continuation) = AsyncThrowingStream<ContainerEventResponse, any Error>.makeStream()
      let pending = Locked(0)
      let stream = client.runtime.getContainerEvents()
      group.addTask {
        do {
          for try await event in stream {
            continuation.yield(event)
            pending.withLock { $0 += 1 }
            // Meanwhile, flow control holds the runtime back.
            while pending.withLock({ $0 }) >= Self.mostPending, !Task.isCancelled { await pause(.milliseconds(5)) }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      defer { group.cancelAll() }
      do {
        // The stream is opened before the lists are read, so that no change between the two is missed.
        await Task.yield()
        var now = try await KnownObjects(client)
        let listed = Kernel.now
        var count = 0
        if let before = known {
          let made = before.events(to: now, at: Timestamp(nanoseconds: listed))
          if !isQuiet || !made.isEmpty {
            try say("\(client.endpoint): the runtime responds again; \(words(made.count)) from its current lists")
          }
          for event in made { try write(event) }
        }
        let isResumed = known != nil
        known = now
        defer { known = now }
        for try await event in events {
          pending.withLock { $0 -= 1 }
          count += 1
          let isNews = now.apply(event)
          // Changes that the lists already contained have been printed.
          if isNews || !isResumed || event.createdAt.nanoseconds > listed { try write(event) }
        }
        return .ended(events: count)
      } catch let error as RPCError {
        if isLoss(error) { return .lost("\(error)") }
        if error.isUnknownMethod || error.isUnknownService {
          throw Failure(
            .failed,
            "the runtime does not implement GetContainerEvents; containerd 1.7 and later do, and CRI-O does if its "
              + "configuration has enable_pod_events = true; use cri ps --watch instead")
        }
        throw Failure(error, client.endpoint)
      } catch let failure as Failure where failure.code.mayPass && known != nil {
        // The runtime has gone away again before the call.
        return .lost(failure.message)
      }
    }
  }

  private func isLoss(_ error: RPCError) -> Bool {
    switch error {
    case .connectionLost, .notResponding: true
    case .cannotConnect: true
    case .status(let status): status.code == .unavailable || status.code == .cancelled || error.isNotInitialized
    default: false
    }
  }

  private func words(_ count: Int) -> String { count == 1 ? "1 event is derived" : "\(count) events are derived" }

  private func say(_ words: String) throws { try StandardStream.error.write("cri: \(Sanitizer.visible(words))\n") }
}
