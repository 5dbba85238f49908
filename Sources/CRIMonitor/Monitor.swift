internal import CRIMessages
public import CRIProtobuf
public import CRISnapshot

/// Keeps the last good state of a node's runtime, and decides what to read, when to verify, and with what to compare.
///
/// It performs no I/O: inputs report what happened, and actions say what to do. Times are durations since the monitor was
/// started, on a clock that does not stop or jump.
public struct Monitor: Sendable {
  /// What a monitor is doing.
  public enum Phase: Hashable, Sendable {
    /// There is no state yet.
    case starting
    /// The daemon's process is watched, and its state is kept.
    case watching
    /// The daemon's process has ended, and the state after it is being verified.
    case verifying
  }

  /// What the monitor is doing.
  public private(set) var phase = Phase.starting
  /// The last good state; while a restart is being verified, the state before it.
  public private(set) var state: Snapshot?
  /// The restart that is being verified.
  public private(set) var restart: Restart?
  /// Whether the runtime sends events.
  public private(set) var hasEvents = false

  /// The number of events that are kept until the state is read again. A node has far fewer, but a runtime can send any
  /// number of them.
  private static let maximumEvents = 2_000

  private let settings: MonitorSettings
  private var budget: CallBudget
  /// When the state was read.
  private var readAt = Duration.zero
  private var changes = StateChanges()
  /// The IDs of the objects in the state, which most events of new objects do not concern.
  private var knownIDs: Set<String> = []
  /// The IDs of objects whose details are out of date.
  private var outdated: Set<String> = []
  private var isReading = false
  /// Whether a runtime has responded. Nothing is read before, because its process determines what a saved state means.
  private var isConnected = false
  /// The events since the current read was started; the result of that read may not contain them.
  private var recentEvents: [ContainerEventResponse] = []
  private var nextRead = Duration.zero
  private var nextThoroughRead = Duration.zero
  /// The runtime is left alone until this time.
  private var restEnd = Duration.zero
  private var failureCount = 0
  private var savedAt: Duration?
  private var isUnsaved = false
  /// When the node is examined next; nil while it is being examined, and for never.
  private var nextExamination: Duration?
  /// The position in the containers from which details are read again.
  private var rereadPosition = 0
  /// When the next part of the containers is read again.
  private var nextReread = Duration.zero
  /// When the verification is repeated; nil while it runs, or if there is nothing to verify.
  private var nextCheck: Duration?
  private var lastVerdict: MonitorVerdict?

  /// - Parameter now: The time since the monitor was started.
  public init(_ settings: MonitorSettings = MonitorSettings(), now: Duration = .zero) {
    self.settings = settings
    budget = CallBudget(perMinute: settings.callsPerMinute, now: now)
    if settings.examinationInterval > .zero { nextExamination = now + settings.examinationDelay }
  }

  /// The time at which `tick` must be the next input at the latest; nil if only other inputs matter.
  public var nextWake: Duration? {
    var times: [Duration] = []
    if phase == .verifying {
      times += [nextCheck].compactMap(\.self)
    } else if !isReading, isConnected {
      times.append(nextRead)
    }
    if phase == .watching { times += [nextExamination].compactMap(\.self) }
    if isUnsaved { times.append((savedAt ?? .zero) + settings.saveInterval) }
    return times.min()
  }

  /// The age of the state.
  public func stateAge(at now: Duration) -> Duration { max(.zero, now - readAt) }

  /// Takes an input, and returns what to do.
  /// - Parameters:
  ///   - now: The time since the monitor was started.
  ///   - clock: The time of the wall clock, for the record of a restart.
  public mutating func handle(_ input: MonitorInput, at now: Duration, clock: Timestamp) -> [MonitorAction] {
    switch input {
    case .connected(let daemon, let bootID, let saved):
      return connect(daemon, bootID, saved, now, clock)
    case .readAll(let snapshot, let calls, let duration):
      isConnected = true
      if let saved = state, saved.daemon.wasReplaced(by: snapshot.daemon) == true {
        isReading = false
        return begin(unwatched(saved, clock), before: saved)
      }
      keep(snapshot, calls, duration, now)
      nextThoroughRead = now + settings.thoroughInterval
      phase = .watching
      return [.watch(snapshot.daemon)] + saveIfDue(now)
    case .refreshed(let snapshot, let changeCount, let postponedCount, let calls, let duration):
      guard phase == .watching, snapshot.daemon == state?.daemon else {
        isReading = false
        budget.spend(calls, at: now)
        return []
      }
      let hasChanged = changeCount > 0 || snapshot.unchecked != state?.unchecked
      keep(snapshot, calls, duration, now, isUnsaved: isUnsaved || hasChanged)
      if postponedCount > 0 {
        let wait = budget.delay(for: min(postponedCount, 20) + 2, at: now)
        nextRead = max(min(nextRead, now + max(wait, settings.collectInterval)), restEnd)
      }
      return saveIfDue(now)
    case .readFailed(let calls, let duration):
      isReading = false
      budget.spend(calls, at: now)
      restEnd = now + max(retryDelay, min(duration * settings.restFactor, settings.longestRestAfterFailure))
      nextRead = restEnd
      failureCount += 1
      return []
    case .event(let event):
      take(event, now)
      return []
    case .eventsAvailable(let isAvailable):
      hasEvents = isAvailable
      if !isAvailable { nextRead = max(min(nextRead, now + settings.listInterval), restEnd) }
      return []
    case .ended(let daemon):
      return end(of: daemon, now, clock)
    case .explained(let daemon, let explanation):
      if restart?.daemon == daemon { restart?.explanation = explanation }
      return []
    case .verified(let verdict, let after):
      return conclude(verdict, after, now)
    case .examined(let calls, let duration):
      budget.spend(calls, at: now)
      nextExamination = now + max(settings.examinationInterval, duration * settings.restFactor)
      return []
    case .tick:
      return tick(now)
    }
  }

  private mutating func connect(
    _ daemon: Daemon, _ bootID: String?, _ saved: Snapshot?, _ now: Duration, _ clock: Timestamp
  ) -> [MonitorAction] {
    guard phase == .starting, !isConnected else { return [] }
    isConnected = true
    // A reboot ends all pods, and kubelet recreates them: there is nothing to compare.
    if let saved, saved.daemon.socket == daemon.socket, let bootID, saved.host.bootID == bootID,
      let wasReplaced = saved.daemon.wasReplaced(by: daemon)
    {
      state = saved
      knownIDs = saved.listed
      if wasReplaced { return begin(unwatched(saved, clock), before: saved) }
      // The saved state may be old, so all details are read again.
    }
    isReading = true
    return [.readAll]
  }

  /// A restart while no monitor was running.
  private func unwatched(_ saved: Snapshot, _ clock: Timestamp) -> Restart {
    Restart(
      noticed: clock, daemon: saved.daemon, version: saved.runtime.version,
      stateAge: max(.zero, clock - saved.taken), changes: StateChanges(), missesChanges: true, wasWatched: false)
  }

  private mutating func keep(
    _ snapshot: Snapshot, _ calls: Int, _ duration: Duration, _ now: Duration, isUnsaved: Bool = true
  ) {
    isReading = false
    failureCount = 0
    budget.spend(calls, at: now)
    state = snapshot
    knownIDs = snapshot.listed
    readAt = now - duration
    changes = StateChanges()
    for event in recentEvents { state?.apply(event, &changes, &knownIDs) }
    recentEvents = []
    self.isUnsaved = isUnsaved
    let interval = hasEvents ? settings.reconcileInterval : settings.listInterval
    restEnd = now + min(duration * settings.restFactor, settings.longestRetry)
    nextRead = max(now + (outdated.isEmpty ? interval : settings.collectInterval), restEnd)
  }

  private mutating func saveIfDue(_ now: Duration) -> [MonitorAction] {
    guard isUnsaved, let state, savedAt.map({ now - $0 >= settings.saveInterval }) ?? true else { return [] }
    isUnsaved = false
    savedAt = now
    return [.save(state)]
  }

  private var retryDelay: Duration {
    min(settings.firstRetry * (1 << min(failureCount, 16)), settings.longestRetry)
  }

  private mutating func take(_ event: ContainerEventResponse, _ now: Duration) {
    if phase == .verifying, event.containerEventType == .deleted { restart?.changes.forget(event.containerID) }
    guard phase == .watching, state != nil else { return }
    state?.apply(event, &changes, &knownIDs)
    if isReading, recentEvents.count < Self.maximumEvents { recentEvents.append(event) }
    isUnsaved = true
    if outdated.count < Self.maximumEvents { outdated.insert(event.containerID) }
    nextRead = max(min(nextRead, now + settings.collectInterval), restEnd)
  }

  private mutating func end(of daemon: Daemon, _ now: Duration, _ clock: Timestamp) -> [MonitorAction] {
    // A process other than the one in the state may have ended long ago.
    guard phase == .watching, let before = state, before.daemon == daemon else { return [] }
    let restart = Restart(
      noticed: clock, daemon: daemon, version: before.runtime.version, stateAge: stateAge(at: now),
      changes: changes, missesChanges: !hasEvents, wasWatched: true)
    return begin(restart, before: before)
  }

  private mutating func begin(_ restart: Restart, before: Snapshot) -> [MonitorAction] {
    phase = .verifying
    self.restart = restart
    isUnsaved = false
    (nextCheck, lastVerdict) = (nil, nil)
    return [.offer(before, restart), .save(before), .verify(before: before, restart)]
  }

  private mutating func conclude(_ verdict: MonitorVerdict, _ after: Snapshot?, _ now: Duration) -> [MonitorAction] {
    guard phase == .verifying, var restart else { return [] }
    restart.checkCount += 1
    self.restart = restart
    var actions: [MonitorAction] = []
    if verdict != lastVerdict { actions.append(.publish(restart, verdict)) }
    lastVerdict = verdict
    recentEvents = []
    guard let after, verdict != .unverified || restart.checkCount >= settings.recheckCount else {
      let delay = settings.firstRecheck * (1 << min(restart.checkCount - 1, 16))
      nextCheck = now + min(delay, settings.longestRetry)
      return actions
    }
    phase = .watching
    self.restart = nil
    state = after
    knownIDs = after.listed
    (readAt, changes, outdated) = (now, StateChanges(), [])
    // It may be that of the old process.
    restEnd = now
    (savedAt, isUnsaved, failureCount) = (now, false, 0)
    nextRead = now + settings.collectInterval
    nextThoroughRead = now + settings.thoroughInterval
    if let next = nextExamination { nextExamination = min(next, now + settings.examinationDelay) }
    return actions + [.save(after), .watch(after.daemon)]
  }

  private mutating func tick(_ now: Duration) -> [MonitorAction] {
    if phase == .verifying {
      guard let next = nextCheck, next <= now, let state, let restart else { return [] }
      nextCheck = nil
      return [.verify(before: state, restart)]
    }
    return saveIfDue(now) + read(now) + examine(now)
  }

  private mutating func examine(_ now: Duration) -> [MonitorAction] {
    guard phase == .watching, let state, let next = nextExamination, next <= now else { return [] }
    // An examination requests the status of all objects at the same time.
    let count = min(2 * (state.sandboxes.count + state.containers.count) + 20, settings.callsPerMinute)
    let wait = max(budget.delay(for: count, at: now), restEnd - now)
    if wait > .zero {
      nextExamination = now + max(wait, .milliseconds(100))
      return []
    }
    nextExamination = nil
    return [.examine]
  }

  private mutating func read(_ now: Duration) -> [MonitorAction] {
    guard isConnected, !isReading, nextRead <= now else { return [] }
    guard phase == .watching, let state else {
      isReading = true
      return [.readAll]
    }
    let available = budget.calls(at: now)
    // The two lists, and the details of at least a few objects.
    let minimum = min(2 + min(outdated.count, 8), settings.callsPerMinute)
    guard available >= minimum else {
      nextRead = now + budget.delay(for: minimum, at: now)
      return []
    }
    isReading = true
    recentEvents = []
    let isThorough = nextThoroughRead <= now
    if isThorough { nextThoroughRead = now + settings.thoroughInterval }
    let changed = outdated.union(reread(state, now))
    outdated = []
    return [.refresh(state, changed: changed, limit: max(0, available - 2), isThorough: isThorough)]
  }

  /// The next containers whose details are read although no change is known.
  private mutating func reread(_ state: Snapshot, _ now: Duration) -> [String] {
    guard nextReread <= now else { return [] }
    nextReread = now + settings.rereadInterval
    let running = state.containers.filter(\.isRunning)
    guard !running.isEmpty else { return [] }
    let ids = (0..<min(settings.rereadCount, running.count)).map { running[(rereadPosition + $0) % running.count].id }
    rereadPosition = (rereadPosition + ids.count) % running.count
    return ids
  }
}
