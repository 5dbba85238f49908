public import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf
internal import CRISystem

extension ContainerEventFeed {
  /// Reads the stream, and opens the next one after an interruption.
  public struct AsyncIterator: AsyncIteratorProtocol {
    /// An event, or an interruption.
    public typealias Element = ContainerEventFeed.Element

    /// A stream that lasted this long counts as working.
    private static let minimumLifetime = Duration.seconds(10)
    /// If a runtime ends this many consecutive streams immediately, it counts as one that does not send events.
    private static let maximumEmptyStreams = 3
    private static let minimumDelay = Duration.milliseconds(200)
    /// How long an error that looks permanent must persist before the feed ends: a runtime that is starting or stopping
    /// returns such errors too.
    private static let grace = Duration.seconds(5)

    private static let method = Method<GetEventsRequest, ContainerEventResponse>.getContainerEvents.path(.v1)

    private let runtime: RuntimeService
    private var stream: MessageStream<ContainerEventResponse>.AsyncIterator?
    /// nil until the lists have been read for the first time.
    private var known: KnownObjects?
    /// When the lists were read, in nanoseconds since the Unix epoch.
    private var listedAt: Int64 = 0
    /// Whether this stream replaces an earlier one.
    private var isResumed = false
    private var openedAt = ContinuousClock.now
    /// The number of events received from this stream.
    private var eventCount = 0
    /// The number of consecutive streams that the runtime ended immediately, without an event or an error.
    private var emptyCount = 0
    /// The element to return before everything else.
    private var resumption: Element?
    /// The events to return before those of the stream.
    private var derived: DerivedEvents?
    private var isInterrupted = false
    /// Whether the next attempt must wait first, because a stream has just ended.
    private var mustWait = false
    private var failingSince: ContinuousClock.Instant?
    /// Detects whether the socket has been replaced since the last attempt to connect.
    private var watch: ReplacementWatch?
    /// Delays between streams, so that a runtime that ends each stream immediately is not kept busy.
    private var streamRetries = Backoff(first: minimumDelay, limit: .seconds(5))
    /// Delays between attempts to connect.
    private var connectRetries = Backoff(first: .milliseconds(50), limit: .seconds(1))

    init(_ runtime: RuntimeService) { self.runtime = runtime }

    /// Returns the next element; never nil.
    /// - Throws: `RPCError`.
    public mutating func next() async throws(RPCError) -> Element? { try await advance() }

    /// Returns the next element; never nil.
    /// - Throws: `RPCError`.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCError) -> Element? {
      try await advance()
    }

    private mutating func advance() async throws(RPCError) -> Element {
      while true {
        if let element = resumption {
          resumption = nil
          return element
        }
        if let event = derived?.next() { return .derived(event) }
        derived = nil
        do throws(RPCError) {
          guard var current = stream else {
            if mustWait { await waitAfterStream() }
            try await connect()
            continue
          }
          let event = try await current.next()
          stream = current
          guard let event else {
            if let element = try await endStream() { return element }
            continue
          }
          eventCount += 1
          if changesKnownState(event) { return .event(event) }
        } catch {
          guard isTemporary(error) else {
            throw Task.isCancelled ? .cancelled(method: error.method ?? Self.method) : error
          }
          if !isInterrupted { return interrupt(error) }
          let delay = connectRetries.delay()
          if await wait(delay) { connectRetries.reset() }
        }
      }
    }

    /// Opens a stream, and then reads the lists, so that no change between the two is missed.
    private mutating func connect() async throws(RPCError) {
      if isInterrupted { watch = ReplacementWatch(runtime.caller.endpoint.path) }
      var next = runtime.getContainerEvents().makeAsyncIterator()
      try next.open()
      let now = try await KnownObjects(runtime)
      listedAt = Kernel.now
      if let before = known {
        let changes = DerivedEvents(from: before, to: now, at: Timestamp(nanoseconds: listedAt))
        // A stream that was reopened without an interruption is not reported if nothing has changed.
        if isInterrupted || changes.count > 0 { resumption = .resumed(derivedCount: changes.count) }
        if changes.count > 0 { derived = changes }
      }
      isResumed = known != nil
      known = now
      stream = next
      (openedAt, eventCount) = (.now, 0)
      (isInterrupted, failingSince, watch) = (false, nil, nil)
      connectRetries.reset()
    }

    /// Updates the known objects, and returns whether the event is new: not already reported from the lists.
    private mutating func changesKnownState(_ event: ContainerEventResponse) -> Bool {
      let changesKnownState = known?.apply(event) ?? true
      return changesKnownState || !isResumed || event.createdAt.nanoseconds > listedAt
    }

    /// Called when the runtime has ended the stream without an error.
    /// - Returns: An interruption; nil to reopen the stream without one.
    private mutating func endStream() async throws(RPCError) -> Element? {
      let isEmpty = eventCount == 0 && .now - openedAt < Self.minimumLifetime
      guard isEmpty else { return interrupt(nil) }
      stream = nil
      emptyCount += 1
      guard emptyCount < Self.maximumEmptyStreams else { throw .noEvents(method: Self.method) }
      // A runtime that is stopping ends its streams too, but then accepts no new ones.
      await pause(Self.minimumDelay)
      return nil
    }

    private mutating func interrupt(_ error: RPCError?) -> Element {
      (stream, isInterrupted, mustWait, emptyCount) = (nil, true, true, 0)
      watch = ReplacementWatch(runtime.caller.endpoint.path)
      return .interrupted(error)
    }

    private mutating func waitAfterStream() async {
      mustWait = false
      if .now - openedAt >= Self.minimumLifetime { streamRetries.reset() }
      let delay = streamRetries.delay()
      if await wait(delay) { streamRetries.reset() }
    }

    /// Waits before the next attempt; for a shorter time if another server replaces the socket.
    /// - Returns: Whether another server replaced the socket.
    private func wait(_ delay: Duration) async -> Bool {
      if let watch { return await watch.pause(atMost: delay) }
      await pause(delay)
      return false
    }

    /// Whether to wait for the runtime and to try again.
    private mutating func isTemporary(_ error: RPCError) -> Bool {
      guard known != nil, error.code != .cancelled, !Task.isCancelled else { return false }
      let isConnecting = stream == nil
      if error.isRuntimeUnavailable || isConnecting && error.code == .deadlineExceeded {
        failingSince = nil
        return true
      }
      guard isConnecting, error.code != .noEvents else { return false }
      let since = failingSince ?? .now
      failingSince = since
      return .now - since < Self.grace
    }
  }
}

extension RPCError {
  /// Whether the runtime has gone away, or is starting.
  fileprivate var isRuntimeUnavailable: Bool {
    switch code {
    case .connectionLost, .notResponding, .cannotConnect: true
    case .status: statusCode == .unavailable || statusCode == .cancelled || isNotInitialized
    default: false
    }
  }
}
