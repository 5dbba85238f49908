internal import ArgumentParser
internal import CRICommandLine
internal import CRIReport
internal import CRISnapshot
internal import CRISystem

struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "guard",
    abstract: "Take a snapshot, run a command that restarts the runtime, wait, and verify.",
    discussion: """
      cri guard --hold kubelet -- systemctl restart containerd

      Exit codes: those of verify; 6 when the command itself failed and nothing is lost, or a unit could not be started \
      again. Where a unit cannot be stopped (3; 2 where there is none of that name) or the snapshot cannot be taken, the \
      command is not run, units that were stopped are started again, and --warn-only does not make it a 0.

      Units of --hold are stopped before the snapshot and started only where guard ends with 0: with --warn-only this is \
      so whatever is found. A unit that was not active is not started.

      SIGTERM, SIGINT and SIGHUP are passed on to the command, and the verdict follows its end; before the command they \
      end guard with nothing changed, after it with 3: not checked.
      """)

  @Option(
    help: ArgumentHelp(
      "A systemd unit that stands still meanwhile: stopped first, started again only on exit code 0; repeatable.",
      valueName: "unit"))
  var hold: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Wait this long at most for the runtime to be ready again. (default: 120s; of CRI-O 30s and 12s a pod, where that is more)",
      valueName: "duration"))
  var wait: String?

  @Option(help: ArgumentHelp("Keep the snapshot in this file too, for a verify by hand.", valueName: "file"))
  var save: String?

  @Flag(help: "Run the command also where the snapshot before it is incomplete.")
  var incomplete = false

  @OptionGroup var options: VerdictOptions
  @OptionGroup var reports: ReportOptions

  @Argument(parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
  var command: [String]

  // Everything that can be wrong is found before anything is stopped.
  func validate() throws {
    if command.first?.isEmpty ?? true {
      throw ValidationError("no command: write it after --, as in: cri guard -- systemctl restart containerd")
    }
    do throws(Failure) {
      _ = try chosenPatience
    } catch {
      throw ValidationError(error.message)
    }
    for (place, name) in hold.enumerated() {
      if let complaint = UnitHold.complaint(about: name) { throw ValidationError(complaint) }
      if hold[..<place].contains(name) { throw ValidationError("--hold \(name) is given twice") }
    }
    if let save {
      if save == "-" || save.isEmpty { throw ValidationError("--save '\(save)': name a file") }
      do throws(FileError) {
        try File.checkWritable(save)
      } catch {
        throw ValidationError("--save: \(save) cannot be written: \(error); nothing was run")
      }
    }
  }

  /// nil: as long as the runtime may need.
  private var chosenPatience: Duration? {
    get throws(Failure) {
      try wait.map { text throws(Failure) in try DurationText.parse(text, option: "--wait") }
    }
  }

  /// How long a runtime with these pods may take, where nobody says it.
  static func patience(for before: Snapshot) -> Duration {
    // After a minor upgrade CRI-O stops the pods one after the other before it answers, some ten seconds each.
    let wipe = before.runtime.name == "cri-o" ? 30 + 12 * before.sandboxes.count(where: \.isReady) : 0
    return .seconds(max(120, wipe))
  }

  /// How far it has come.
  private enum Stage {
    /// Nothing is changed yet.
    case before
    /// The command has begun: from here on only a verdict may start what is held.
    case changed
    /// Ended by a signal: whatever else was asked for, this is not good.
    case interrupted
  }

  func run() async throws {
    let signals = try SignalWatch()
    var units = UnitHold(hold, signals: signals)
    var stage = Stage.before
    do {
      try await reports.report(.verify, onlyWarns: options.warnOnly && stage == .changed) {
        let context = try Context()
        let verification = try await prepare(context, &units, signals)
        let failure: String?
        do throws(Failure) {
          failure = try execute(signals)
        } catch {
          units.release()
          throw error
        }
        stage = .changed
        return try await verdict(verification, context, failure, signals, &stage)
      }
    } catch let code as ExitCode where options.warnOnly && stage == .changed {
      // Nagios' own code for a warning.
      try units.start()
      throw code
    } catch {
      try end(error, units, stage)
    }
    // The verdict is told already, so that nobody waits for it where a unit takes its time.
    try units.start()
  }

  /// Stops what is held, and takes the snapshot; where that fails, everything is as it was.
  private func prepare(
    _ context: Context, _ units: inout UnitHold, _ signals: SignalWatch
  ) async throws -> Verification {
    // First, so that nothing that a stopped unit would have changed comes after the snapshot.
    try units.stop()
    do {
      let before = try await signals.interrupting { try await takeSnapshot(context.patientClient()) }
      if let gap = before.gap, !incomplete {
        throw Failure(
          .unreachable,
          "the snapshot is incomplete: \(gap); the command was not run, since no verdict could be good (--incomplete runs it)"
        )
      }
      let verification = try options.verification(before: before)
      if !verification.hasPods {
        throw Failure(
          .usage,
          "the snapshot has no pod that --namespace and --pod ask for: the command was not run, nothing was changed")
      }
      try keep(before)
      return verification
    } catch {
      units.release()
      throw (error as? CutShort)?.before ?? error
    }
  }

  /// - Throws: wrong usage, where the file cannot be written: not a verdict.
  private func keep(_ snapshot: Snapshot) throws {
    guard let save else { return }
    do {
      try SnapshotFile.write(snapshot, to: save)
    } catch let failure as Failure {
      throw Failure(.usage, "\(failure.message); the command was not run")
    }
  }

  /// Says at once how the command failed: what follows may fail too.
  /// - Returns: in words; nil where it did not.
  private func execute(_ signals: SignalWatch) throws(Failure) -> String? {
    let name = command[0]
    let ending: ChildProcess.Ending
    do throws(Errno) {
      ending = try ChildProcess.run(command, outputToErrors: reports.isDocument, signals: signals) { received in
        let fate = received.isForGroup ? "has reached \(name) too" : "is passed on to \(name)"
        say("\(received.name) \(fate); the verdict follows when it has ended")
        return !received.isForGroup
      }
    } catch {
      throw Failure(.usage, "\(name) cannot be run: \(error); nothing was changed")
    }
    guard let trouble = ending.trouble else { return nil }
    say("\(name) \(trouble)")
    return "\(name) \(trouble)"
  }

  private func verdict(
    _ verification: Verification, _ context: Context, _ failure: String?, _ signals: SignalWatch, _ stage: inout Stage
  ) async throws -> ReportView {
    let before = verification.before
    let patience = try chosenPatience ?? Self.patience(for: before)
    do {
      let after = try await signals.interrupting { try await verification.current(context, patience: patience) }
      return verification.conclude(after, failure: failure)
    } catch let interruption as CutShort {
      stage = .interrupted
      let words = "\(interruption.signal.name) before the verdict: it was not checked"
      throw Failure(.unreachable, "\(words); \(remedy(before))")
    } catch let failure as Failure where failure.code == .unreachable {
      throw Failure(failure.code, "\(failure.message); not checked yet: \(remedy(before))")
    }
  }

  /// What is left to do without a verdict. The snapshot cannot be taken again: it is kept.
  private func remedy(_ before: Snapshot) -> String {
    var file = save
    if file == nil {
      let path = "\(Environment.value("TMPDIR") ?? "/tmp")/cri-before-\(UniqueID.uuid()).json"
      if (try? SnapshotFile.write(before, to: path)) != nil { file = path }
    }
    let wait = wait ?? "\(Self.patience(for: before).components.seconds)s"
    return file.map { "cri verify --before \($0) --wait \(wait)" } ?? "look yourself before kubelet starts: cri net"
  }

  /// Ends with what was found, and tells what it means for the units.
  private func end(_ error: any Error, _ units: UnitHold, _ stage: Stage) throws {
    let code: Int32
    switch error {
    case let failure as Failure:
      say(failure.message)
      code = failure.code.rawValue
    case let exit as ExitCode: code = exit.rawValue
    default: throw error
    }
    if stage != .before {
      let report = reports.files.first.map { String($0.drop { $0 != "=" }.dropFirst()) } ?? "the report above"
      units.keep(code, report: report, again: save.map { "cri verify --before \($0)" })
    }
    throw ExitCode(code)
  }

  private func say(_ words: String) { try? StandardStream.error.write(Failure(.done, words).line) }
}
