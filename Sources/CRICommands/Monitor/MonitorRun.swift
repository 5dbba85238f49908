internal import CRI
internal import CRICommandLine
internal import CRIDoctor
internal import CRIJSON
internal import CRIMonitor
internal import CRINode
internal import CRIProtobuf
internal import CRIReport
internal import CRISnapshot
internal import CRIRules
internal import CRISystem
internal import CRIVerify

/// Connects the state machine of a monitor with the runtime, the kernel, the disk and other programs.
struct MonitorRun {
  private let context: Context
  private let client: Client
  private let queue: MonitorQueue
  private let calls: Locked<Int>
  private let files: MonitorFiles
  private let programs: MonitorPrograms
  private let targets: [ReportFile]
  private let pages: MonitorPages
  private let log: MonitorLog
  private let manager: ServiceManager
  private let settings: MonitorSettings
  /// Writes files one after another, without delaying the monitor.
  private let disk = MonitorDisk()
  private let start = ContinuousClock.now
  /// The minimum time between two returns of memory to the kernel.
  private static let releaseInterval = Duration.seconds(5)

  init(
    _ context: Context, settings: MonitorSettings, files: MonitorFiles, programs: MonitorPrograms,
    targets: [ReportFile], pages: MonitorPages, log: MonitorLog, manager: ServiceManager
  ) throws(Errno) {
    let calls = Locked(0)
    self.context = context
    self.calls = calls
    client = context.client(within: context.bulkTimeout) { _ in calls.withLock { $0 += 1 } }
    queue = try MonitorQueue()
    self.settings = settings
    self.files = files
    self.programs = programs
    self.targets = targets
    self.pages = pages
    self.log = log
    self.manager = manager
  }

  private var now: Duration { .now - start }

  /// Runs until a signal arrives.
  func run(until signals: SignalWatch) async {
    async let writing: Void = disk.run()
    await withDiscardingTaskGroup { group in
      group.addTask { await waitForEnd(signals) }
      group.addTask { await connect() }
      await loop(&group)
      group.cancelAll()
    }
    disk.finish()
    await writing
  }

  private func waitForEnd(_ signals: SignalWatch) async {
    while let received = await signals.next() {
      // A monitor does not belong to a terminal.
      if received.isHangUp { continue }
      queue.post(.end)
      return
    }
  }

  private func loop(_ group: inout DiscardingTaskGroup) async {
    var monitor = Monitor(settings)
    // The result of the last verification, until it is published.
    var last: (view: ReportView, before: Snapshot?, after: Snapshot?)?
    var status = MonitorStatus()
    // A restart of the monitor must not hide a loss.
    if let entry = (try? HistoryFile.read())?.entries.last, entry.noticed.nanoseconds >= Kernel.bootTime {
      status.lastRestart = (entry.noticed, entry.verdict)
    }
    var problems = ProblemList()
    var isHanging = false
    var counted: Duration?
    let beat = manager.watchdog.map { $0 / 3 } ?? .seconds(3600)
    // Work that needed memory has ended some time after a message, so memory is released then.
    var (released, release) = (now, Duration?.none)
    while true {
      let wake = [monitor.nextWake, release].compactMap(\.self).min().map { $0 - now } ?? beat
      var messages = await queue.next(atMost: min(max(wake, .zero), beat))
      manager.keepAlive()
      if !messages.isEmpty, release == nil { release = max(now + .seconds(1), released + Self.releaseInterval) }
      if let due = release, due <= now {
        Memory.release()
        (released, release) = (now, nil)
      }
      if messages.isEmpty { messages = [.input(.tick)] }
      for message in messages {
        let input: MonitorInput
        switch message {
        case .end:
          manager.stopping()
          if let state = monitor.state { disk.add { [files] in _ = files.save(state) } }
          return
        case .input(let received):
          input = received
          switch received {
          case .readFailed(_, let duration):
            status.failureCount += 1
            // A call that fails immediately often means that the runtime has ended, which is noticed next.
            if !isHanging, duration >= .seconds(5), let age = monitor.state.map({ _ in monitor.stateAge(at: now) }) {
              isHanging = true
              log.write(ReportText.english.hanging(for: duration, stateAge: age), .warning)
            }
          case .readAll, .refreshed: isHanging = false
          default: break
          }
        case .examined(let report, let calls, let duration):
          if let report { take(report, &problems, &status) }
          input = .examined(calls: calls, duration: duration)
        case .verified(let view, let after):
          last = (view, monitor.state, after)
          input = .verified(MonitorVerdict(view), after: after)
        }
        for action in monitor.handle(input, at: now, clock: Timestamp(nanoseconds: Kernel.now)) {
          if case .publish(let restart, let verdict) = action, let last {
            status.restartCounts[last.view.verdict.word, default: 0] += 1
            status.lastRestart = (restart.noticed, last.view.verdict.word)
            publish(restart, verdict, last.view, before: last.before, after: last.after, &group)
          } else {
            perform(action, &group)
          }
        }
      }
      update(&status, monitor, &counted)
    }
  }

  /// Updates what is served.
  /// - Parameter counted: When the objects were counted.
  private func update(_ status: inout MonitorStatus, _ monitor: Monitor, _ counted: inout Duration?) {
    status.isWatching = monitor.phase == .watching
    status.hasEvents = monitor.hasEvents
    status.callCount = calls.withLock { $0 }
    // Events arrive faster than the numbers are requested.
    if let state = monitor.state, counted.map({ now - $0 >= .seconds(1) }) ?? true {
      counted = now
      status.stateReadAt = state.taken
      status.podCount = state.sandboxes.indices.count { state.sandboxes[$0].isReady }
      status.containerCount = state.containers.indices.count { state.containers[$0].isRunning }
    }
    pages.update(status)
  }

  private func perform(_ action: MonitorAction, _ group: inout DiscardingTaskGroup) {
    switch action {
    case .readAll: group.addTask { await readAll() }
    case .refresh(let snapshot, let changed, let limit, let isThorough):
      let request = SnapshotRefresh(changed: changed, limit: limit, isThorough: isThorough)
      group.addTask { await refresh(snapshot, request) }
    case .watch(let daemon):
      manager.status("watching \(client.endpoint.path)")
      let cause = RestartCause(of: daemon)
      group.addTask { await watch(daemon, cause) }
      group.addTask { await followEvents(of: daemon) }
    case .save(let snapshot): disk.add { [files] in _ = files.save(snapshot) }
    case .offer(let snapshot, let restart):
      log.write(ReportText.english.ended(restart, runtime: snapshot.runtime.name), .warning)
      manager.status("verifying a restart of \(snapshot.runtime.name)")
      group.addTask { await programs.offer(snapshot, restart) }
    case .verify(let before, let restart): group.addTask { await verify(before, announced: restart.changes.added) }
    case .examine: group.addTask { await examine() }
    case .publish: break
    }
  }

  /// Waits for a runtime at the start, however long that takes.
  private func connect() async {
    var retries = Backoff(first: .milliseconds(100), limit: .seconds(2))
    var isWaiting = false
    while !Task.isCancelled {
      do throws(RPCError) {
        let daemon = try await client.daemon()
        queue.post(.connected(daemon, bootID: Kernel.bootID, saved: files.savedState()))
        return
      } catch {
        if !isWaiting { log.write(ReportText.english.waiting(for: "\(client.endpoint)", error: "\(error)"), .warning) }
        isWaiting = true
        await pause(retries.delay())
      }
    }
  }

  /// Reads something, and counts the calls and the time.
  private func reading(_ read: () async throws(RPCError) -> MonitorInput?) async {
    let (began, earlier) = (now, calls.withLock { $0 })
    let input: MonitorInput?
    do throws(RPCError) {
      input = try await read()
    } catch {
      input = nil
    }
    let (duration, count) = (now - began, calls.withLock { $0 } - earlier)
    switch input {
    case .readAll(let snapshot, _, _)?: queue.post(.readAll(snapshot, calls: count, duration: duration))
    case .refreshed(let snapshot, let changeCount, let postponedCount, _, _)?:
      queue.post(
        .refreshed(
          snapshot, changeCount: changeCount, postponedCount: postponedCount, calls: count, duration: duration))
    default: queue.post(.readFailed(calls: count, duration: duration))
    }
  }

  private func readAll() async {
    await reading { () async throws(RPCError) in
      .readAll(try await client.snapshot(tool: CRICommand.tool), calls: 0, duration: .zero)
    }
  }

  private func refresh(_ snapshot: Snapshot, _ request: SnapshotRefresh) async {
    await reading { () async throws(RPCError) in
      guard let updated = try await client.refresh(snapshot, request) else {
        queue.post(.ended(snapshot.daemon))
        return nil
      }
      return .refreshed(
        updated.snapshot, changeCount: updated.changeCount, postponedCount: updated.postponedCount, calls: 0,
        duration: .zero)
    }
  }

  private func examine() async {
    let (began, counter) = (now, Locked(0))
    let client = context.client(within: context.examinationTimeout) { _ in counter.withLock { $0 += 1 } }
    let options = DoctorOptions(tool: CRICommand.tool, deadline: context.examinationTimeout)
    var report: DoctorReport?
    do throws(RPCError) {
      report = DoctorReport(try await client.doctorFacts(options))
    } catch {}
    let count = counter.withLock { $0 }
    calls.withLock { $0 += count }
    queue.post(.examined(report, calls: count, duration: now - began))
  }

  /// The maximum number of lines about problems after one examination.
  private static let maximumProblemLines = 20

  /// Writes a line for each problem that has appeared or disappeared.
  private func take(_ report: DoctorReport, _ problems: inout ProblemList, _ status: inout MonitorStatus) {
    let (appeared, disappeared) = problems.update(with: report)
    status.problemCounts = Dictionary(grouping: problems.problems, by: \.rule.id).mapValues(\.count)
    let text = ReportText.english
    let lines =
      disappeared.map { (text.disappeared($0), SystemLog.Level.notice) }
      + appeared.map { (text.appeared($0), $0.rule.severity >= .major ? .warning : .notice) }
    for (line, level) in lines.prefix(Self.maximumProblemLines) { log.write(line, level) }
    let rest = lines.count - Self.maximumProblemLines
    if rest > 0 { log.write("\(rest) more problems have appeared or disappeared; see: cri doctor") }
  }

  private func watch(_ daemon: Daemon, _ cause: RestartCause) async {
    guard let hasEnded = await DaemonWatch.wait(for: daemon) else { return }
    queue.post(.ended(daemon))
    queue.post(.explained(daemon, await cause.explanation(hasEnded: hasEnded)))
  }

  /// Follows the events of the runtime until its process has ended.
  private func followEvents(of daemon: Daemon) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { _ = await DaemonWatch.wait(for: daemon) }
      group.addTask {
        let isFollowing = Locked(true)
        async let announcement: Void = announceEvents(isFollowing)
        do {
          for try await element in client.runtime.events() {
            if let event = element.event?.forMonitor { queue.post(.event(event)) }
          }
        } catch {
          isFollowing.withLock { $0 = false }
          if !Task.isCancelled { queue.post(.eventsAvailable(false)) }
        }
        await announcement
        // The runtime sends no events.
        _ = await DaemonWatch.wait(for: daemon)
      }
      await group.next()
      group.cancelAll()
    }
  }

  /// A runtime that supports no events reports this immediately, and one that does may have no event to send yet.
  private func announceEvents(_ isFollowing: Locked<Bool>) async {
    await pause(.seconds(3))
    if isFollowing.withLock({ $0 }), !Task.isCancelled { queue.post(.eventsAvailable(true)) }
  }

  private func verify(_ before: Snapshot, announced: Set<String>) async {
    let verification = Verification(
      before: before, scenario: nil, threshold: .major, scope: Scope(), onlyWarns: false, probes: false)
    do throws(Failure) {
      let after = try await verification.current(context, timeout: GuardCommand.timeout(for: before))
      queue.post(.verified(verification.conclude(after, announced: announced), after: after))
    } catch {
      if Task.isCancelled { return }
      let view = ReportView(
        failed: .verify, reason: error.message, exitCode: ExitCodes.unreachable.rawValue, checked: ReportOptions.now,
        node: Kernel.names.node)
      queue.post(.verified(view, after: nil))
    }
  }

  private func publish(
    _ restart: Restart, _ verdict: MonitorVerdict, _ view: ReportView, before: Snapshot?, after: Snapshot?,
    _ group: inout DiscardingTaskGroup
  ) {
    var view = view
    view.notes.append(ReportNote(ReportText.english.comparedState(restart)))
    let runtime = before?.runtime.name ?? "the runtime"
    log.write(
      ReportText.english.restarted(restart, runtime: runtime, conclusion: view.verdict.line),
      verdict == .intact ? .notice : .warning)
    log.write(ReportText.english.comparedState(restart))
    pages.update(report: Array((view.document.text(pretty: true) + "\n").utf8))
    let entry = RestartEntry(
      restart, runtime: runtime, verified: view.checked, after: after.map { ($0.runtime.version, $0.daemon.pid) },
      verdict: (view.verdict.word, view.verdict.exitCode))
    disk.add { [files, targets, log, view] in
      files.write(view, also: targets)
      files.record(entry)
      if verdict != .intact, let before, let path = files.keepEvidence(before) {
        log.write("the state before the restart is in \(path)", .warning)
      }
    }
    if verdict == .lost { group.addTask { [view] in await programs.reportLoss(view) } }
  }
}

extension MonitorVerdict {
  /// The verdict of a report. A check that found nothing to verify has lost nothing.
  fileprivate init(_ view: ReportView) {
    switch ExitCodes(rawValue: view.verdict.exitCode) {
    case .done, .vacuous: self = .intact
    case .failed: self = .lost
    default: self = .unverified
    }
  }
}
