internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIReport
internal import CRIRules
internal import CRISnapshot
internal import CRISystem
internal import CRIVerify

struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "guard",
    abstract: "Take a snapshot, run a command that restarts the runtime, wait, and verify.",
    discussion: """
      Example: cri guard --hold kubelet -- systemctl restart containerd

      Exit codes: those of verify; 6 the command failed and nothing was lost, or a unit could not be started again. \
      The command is not run if a unit cannot be stopped (exit code 3; 2 if there is no such unit) or if the snapshot \
      cannot be taken. In both cases, the units that were stopped are started again, and the exit code is not 0 even \
      with --warn-only. If starting kubelet now would kill pods, for example because an earlier restart lost their \
      addresses, nothing is stopped, the command is not run, and the exit code is 1. Nothing is stopped either if a \
      unit is masked, because it could not be started again (exit code 3).

      The units given with --hold are stopped before the snapshot and started again if nothing is lost (exit codes 0, \
      4 and 6); with --warn-only, they are always started, even if starting them kills pods. They are started before \
      the report is printed. A unit that was not active is not started.

      The snapshot and the report stay in /var/lib/cri (guard-before.json, guard-report.txt), and the result is in the \
      journal, even if the terminal is gone. If state was lost or could not be verified, the snapshot's name contains \
      the time (guard-before-20260131T120000Z.json), so that a later run does not replace it. The --save file is kept \
      in the same way: after such a run, the next run renames it (FILE.20260131T120000Z) before it writes FILE. If \
      nothing was lost, guard creates the hard link FILE.verified, and the next run replaces FILE. If ten snapshots \
      with a time in their name exist, guard does not run the command (exit code 2) until some are deleted. If a unit \
      given with --hold is not active and there is such a snapshot from this boot, guard does not run the command \
      either (exit code 3), because a retry would hide the loss. Only one guard can run at a time.

      guard waits until the command and all processes that the command has left in its session have ended, and then \
      verifies. If such processes have not ended within the --wait time, guard exits with 3. It does not wait for \
      daemons, because they have their own session (setsid). A unit that contains the runtime cannot be held.

      SIGTERM, SIGINT and SIGQUIT are passed on to the command, however often they arrive, and guard verifies when the \
      command and all processes that it has started have ended. If such a signal arrives after the command itself has \
      ended, guard exits with 3 (not checked): it no longer waits for those processes or for the runtime, and starts \
      no unit. If a signal arrives before the command starts, guard exits without having changed anything. Once the \
      command has started, guard and the command ignore SIGHUP, so that a dropped connection does not interrupt the \
      change. A command may still fail because it cannot write to the lost terminal; redirect its output to prevent \
      that. All other signals that can be caught have no effect on guard.
      """)

  @Option(
    help: ArgumentHelp(
      "Stop this systemd unit first, and start it again only if nothing is lost (repeatable).",
      valueName: "unit"))
  var hold: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The maximum time to wait for the runtime to be ready. (default: 120s; for CRI-O, 30s plus 12s per pod if that "
        + "is longer)",
      valueName: "duration"))
  var wait: String?

  @Option(help: ArgumentHelp("Also save the snapshot to this file, for a later verify.", valueName: "file"))
  var save: String?

  @Flag(
    help: ArgumentHelp(
      "Mask the held units until guard starts them again, so that nothing else does; a reboot unmasks them."))
  var mask = false

  @Flag(help: "Run the command even if the snapshot taken before it is incomplete.")
  var incomplete = false

  @OptionGroup var options: VerdictOptions
  @OptionGroup var reports: ReportOptions

  @Argument(parsing: .postTerminator, help: ArgumentHelp("The command to run, after --.", valueName: "command"))
  var command: [String]

  // All errors in the options are found before anything is stopped.
  func validate() throws {
    if command.first?.isEmpty ?? true {
      throw ValidationError("no command; specify it after --, as in: cri guard -- systemctl restart containerd")
    }
    do throws(Failure) {
      _ = try chosenTimeout
    } catch {
      throw ValidationError(error.message)
    }
    for (position, name) in hold.enumerated() {
      if let nameError = UnitHold.nameError(for: name) { throw ValidationError(nameError) }
      if hold[..<position].contains(name) { throw ValidationError("--hold \(name) is given twice; specify it once") }
    }
    if let save {
      if save == "-" || save.isEmpty { throw ValidationError("--save '\(save)': specify a file") }
      StateDirectory.prepare(for: save)
      do throws(FileError) {
        try File.checkWritable(save)
      } catch {
        throw ValidationError("--save: \(save) cannot be written: \(error); nothing was run")
      }
    }
  }

  /// The time that the user specified; nil for the default of the runtime.
  private var chosenTimeout: Duration? {
    get throws(Failure) {
      try wait.map { text throws(Failure) in try DurationText.parse(text, option: "--wait") }
    }
  }

  /// The default time to wait for a runtime with these pods.
  static func timeout(for before: Snapshot) -> Duration {
    // After a minor upgrade, CRI-O stops the pods one by one before it responds, which takes about ten seconds each.
    let wipe = before.runtime.name == "cri-o" ? 30 + 12 * before.sandboxes.count(where: \.isReady) : 0
    return .seconds(max(120, wipe))
  }

  /// The progress of the command.
  private enum Stage {
    /// Nothing has been changed yet.
    case before
    /// The command has started: from here on, the held units are started only after a verdict.
    case changed
    /// A signal arrived before the verdict: this is never a success, whatever the options say.
    case interrupted
  }

  func run() async throws {
    // Until the signals are caught below, they end a read that has to wait for its input.
    let pods = Result { try options.pods.read() }
    let lock = try GuardRecord.lock()
    defer { withExtendedLifetime(lock) {} }
    let signals = try SignalWatch(isComplete: true)
    var units = UnitHold(hold, signals: signals, masks: mask)
    var stage = Stage.before
    var outcome = UnitHold.Outcome.untouched
    var record = GuardRecord(command: command[0], save: save, reports: reports)
    var warning: String?
    do {
      // The units are started before the report is printed, because the terminal or the pipe may be gone.
      try await reports.report(
        .verify, onlyWarns: options.warnOnly && stage == .changed,
        action: { view in
          record.writeReport(
            view, isLossless: stage == .before || Self.isLossless(view.verdict), hasRun: stage != .before)
          if stage != .before {
            let code = view.verdict.exitCode
            let starts = Self.startingCodes.contains(code) || options.warnOnly && stage == .changed
            outcome = starts ? units.start() : .kept(code)
            if starts, view.verdict.isUnproven { warning = units.result(outcome, inSpiteOfLoss: true) }
          }
          record.log(view, outcome, units)
        }
      ) {
        let context = try Context()
        if let view = try await lossByStart(context, units, signals, &record) { return view }
        let verification = try await prepare(context, try pods.get(), &units, signals, &record)
        let job = RuntimeJob(of: verification.before.daemon)
        let failure: String?
        var isInterrupted = false
        do throws(Failure) {
          failure = try execute(signals, &isInterrupted)
        } catch {
          record.discard()
          units.release()
          throw error
        }
        stage = .changed
        record.failure = failure
        // A shell exits immediately, and the processes that it has started continue.
        try waitForRest(isInterrupted, signals, verification.before, &stage, record)
        try await waitForJob(job, signals, verification.before, &stage, record)
        return try await verdict(verification, context, failure, signals, &stage, record)
      }
    } catch {
      try end(error, units, outcome, record)
    }
    if let warning { printNotice(warning) }
    if case .failed(let failure) = outcome { throw failure }
    record.logEnd(ExitCodes.done.rawValue)
  }

  /// The exit codes that mean that nothing was lost: an intact verdict, nothing to verify, and a command that failed.
  private static let startingCodes = [ExitCodes.done, .vacuous, .commandFailed].map(\.rawValue)

  /// Whether nothing is lost. With --warn-only, the exit code alone does not show this.
  private static func isLossless(_ verdict: ReportVerdict) -> Bool {
    startingCodes.contains(verdict.exitCode) && !verdict.isUnproven
  }

  /// Examines whether a start of kubelet would kill pods in their present state, for example because containerd lost
  /// their addresses at an earlier restart. Then kubelet must not even be stopped.
  /// - Returns: The report of the loss; nil if kubelet can be stopped and started.
  private func lossByStart(
    _ context: Context, _ units: UnitHold, _ signals: SignalWatch, _ record: inout GuardRecord
  ) async throws -> ReportView? {
    guard !options.warnOnly, units.hasActiveUnit else { return nil }
    // A snapshot compared with itself shows only what kubelet acts on at its start.
    let snapshot = try await completeSnapshot(context, signals)
    let report = Report(scenario: .kubeletRestart, before: snapshot, after: snapshot)
    // A start of kubelet makes some faults no worse, such as a network that is not ready.
    let isHarmful = report.findings.contains { finding in
      finding.rule.severity >= .major && [.pod, .container].contains(finding.object.kind)
        || finding.rule.id == .runtimeOrphan
    }
    guard isHarmful, report.verdict(failingOn: .major) == .lost else { return nil }
    record.keepPresent(snapshot)
    printNotice(
      "a start of \(hold.joined(separator: ", ")) would kill pods in their present state, so nothing was stopped and the "
        + "command was not run; drain the node first")
    return ReportView(
      report, failingOn: .major, exitCode: ExitCodes.failed.rawValue, checked: ReportOptions.now)
  }

  private func completeSnapshot(_ context: Context, _ signals: SignalWatch) async throws -> Snapshot {
    do {
      let snapshot = try await signals.interrupting { try await takeSnapshot(context.bulkClient()) }
      if let summary = snapshot.incompleteSummary, !incomplete {
        throw Failure(
          .unreachable,
          "the snapshot is incomplete: \(summary); the command was not run, because no verdict could be good "
            + "(--incomplete runs it)")
      }
      return snapshot
    } catch {
      throw (error as? InterruptedError)?.before ?? error
    }
  }

  /// Stops the held units and takes the snapshot; on failure, everything is as before.
  private func prepare(
    _ context: Context, _ specifications: [PodSpecification]?, _ units: inout UnitHold, _ signals: SignalWatch,
    _ record: inout GuardRecord
  ) async throws -> Verification {
    // The units are stopped before the snapshot, so that they change nothing after it.
    try units.stop(sparing: Self.unit(of: context.endpoint))
    do {
      // A retry would compare with a state that already contains the loss.
      if let unit = units.inactive.first, let earlier = UnprovenSnapshots.latest(save) {
        throw Failure(
          .unreachable,
          "\(unit) is not active, and the snapshot \(earlier) is from an earlier run that was not verified as intact; the "
            + "command was not run; check with cri verify --before \(earlier), and when the problem is solved, "
            + "\(units.remedyForInactive(unit)) or delete the snapshot")
      }
      let before = try await completeSnapshot(context, signals)
      let verification = try options.verification(before: before, specifications)
      if !verification.hasPods {
        throw Failure(
          .usage,
          "the snapshot has no pod that --namespace and --pod select; the command was not run and nothing was changed")
      }
      try record.keep(verification.before)
      return verification
    } catch {
      units.release()
      throw error
    }
  }

  /// Prints immediately how the command failed, because the steps that follow may fail too.
  /// - Returns: The failure as text; nil for success.
  /// - Parameter isInterrupted: Set if a signal has arrived while the command was running.
  private func execute(_ signals: SignalWatch, _ isInterrupted: inout Bool) throws(Failure) -> String? {
    let name = command[0]
    let termination: ChildProcess.Termination
    ChildProcess.adoptDescendants()
    do throws(Errno) {
      termination = try ChildProcess.run(
        command, outputToErrors: reports.isDocument, survivesHangUp: true, signals: signals
      ) { received in
        let effect = received.isForGroup ? "has reached \(name) too" : "is passed on to \(name)"
        printNotice("\(received.name) \(effect); the verdict follows when it has ended")
        isInterrupted = true
        return !received.isForGroup
      }
    } catch {
      throw Failure(.usage, "\(name) cannot be run: \(error); nothing was changed")
    }
    guard let failure = termination.failure else { return nil }
    printNotice("\(name) \(failure)")
    return "\(name) \(failure)"
  }

  /// Whether a process is the runtime or one of its shims, which a command without systemd has started.
  private static func isOfRuntime(_ pid: Int32, _ socket: String) -> Bool {
    let name = (try? File.read("/proc/\(pid)/comm", limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    if name.hasPrefix("containerd-shim") || name.hasPrefix("conmon") { return true }
    return (try? UnixSocket.connect(to: socket).peerCredentials().pid) == pid
  }

  /// Waits for a restart that systemd has not finished: until then, the old process may still respond.
  private func waitForJob(
    _ job: RuntimeJob?, _ signals: SignalWatch, _ before: Snapshot, _ stage: inout Stage, _ record: GuardRecord
  ) async throws(Failure) {
    guard let job else { return }
    do throws(Failure) {
      try await job.wait(for: try chosenTimeout ?? Self.timeout(for: before), signals) { unit in
        printNotice("systemd has not finished its job for \(unit); the verdict follows when it has")
      }
    } catch {
      stage = .interrupted
      throw Failure(
        error.code, "\(error.message), so nothing was checked; when it has finished, run \(remedy(before, record))")
    }
  }

  /// The unit of the process that serves the runtime's socket; nil if it is unknown.
  private static func unit(of endpoint: Endpoint) -> String? {
    (try? UnixSocket.connect(to: endpoint.path).peerCredentials()).flatMap { RestartCause.unit(ofProcess: $0.pid) }
  }

  /// Waits for the processes that the command has left, because they may still change the node.
  /// - Parameter isInterrupted: Whether a signal has ended the command. If the command has ended by itself, its daemons
  ///   may remain, and its other processes have as much time to end as the runtime has to become ready.
  private func waitForRest(
    _ isInterrupted: Bool, _ signals: SignalWatch, _ before: Snapshot, _ stage: inout Stage, _ record: GuardRecord
  ) throws(Failure) {
    let name = command[0]
    let limit = isInterrupted ? nil : try chosenTimeout ?? Self.timeout(for: before)
    let hasEnded = ChildProcess.waitForDescendants(
      signals, for: limit,
      mayStay: { pid in
        !isInterrupted && ChildProcess.isDaemon(pid) || Self.isOfRuntime(pid, before.daemon.socket)
      }
    ) {
      printNotice(
        "\(name) has ended, but processes that it has started still run; the verdict follows when they have ended")
    }
    guard !hasEnded else { return }
    stage = .interrupted
    throw Failure(
      .unreachable,
      "processes that \(name) has started still run, so nothing was checked; when they have ended, run "
        + remedy(before, record))
  }

  private func verdict(
    _ verification: Verification, _ context: Context, _ failure: String?, _ signals: SignalWatch, _ stage: inout Stage,
    _ record: GuardRecord
  ) async throws -> ReportView {
    let before = verification.before
    let timeout = try chosenTimeout ?? Self.timeout(for: before)
    do {
      let after = try await signals.interrupting(includesHangUp: false) {
        try await verification.current(context, timeout: timeout)
      }
      return verification.conclude(after, failure: failure)
    } catch let interruption as InterruptedError {
      stage = .interrupted
      let cause = "\(interruption.signal.name) before the verdict, so nothing was checked"
      throw Failure(.unreachable, "\(cause); run \(remedy(before, record))")
    } catch let failure as Failure where failure.code == .unreachable {
      throw Failure(failure.code, "\(failure.message); nothing has been checked yet; run \(remedy(before, record))")
    }
  }

  /// The command to run if there is no verdict. The snapshot cannot be taken again, so it is saved.
  private func remedy(_ before: Snapshot, _ record: GuardRecord) -> String {
    let wait = wait ?? "\(Self.timeout(for: before).components.seconds)s"
    return record.snapshot(before).map { "cri verify --before \($0) --wait \(wait)" } ?? "cri net before kubelet starts"
  }

  /// Exits with the result, and prints what it means for the units.
  private func end(
    _ error: any Error, _ units: UnitHold, _ outcome: UnitHold.Outcome, _ record: GuardRecord
  ) throws {
    let code: Int32
    switch error {
    case let failure as Failure:
      printNotice(failure.message)
      code = failure.code.rawValue
    case let exit as ExitCode: code = exit.rawValue
    default: throw error
    }
    switch outcome {
    case .failed(let failure): throw failure
    case .kept(let verdict): units.keep(verdict, report: record.reportPath, verifyCommand: record.verifyCommand)
    case .started, .untouched: break
    }
    record.logEnd(code)
    throw ExitCode(code)
  }

  private func printNotice(_ text: String) { try? StandardStream.error.write(Failure(.done, text).line) }
}
