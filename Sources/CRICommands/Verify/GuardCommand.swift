internal import ArgumentParser
internal import CRIState
internal import CRISystem

struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "guard",
    abstract: "Take a snapshot, run a command that restarts the runtime, wait, and verify.",
    discussion: """
      cri guard -- systemctl restart containerd

      Exit codes: those of verify; 6 when the command itself failed and nothing is lost. Where the snapshot cannot be \
      taken, the command is not run.
      """)

  @Option(
    help: ArgumentHelp("Wait this long at most for the runtime to be ready again.", valueName: "duration"))
  var wait = "120s"

  @Option(help: ArgumentHelp("Keep the snapshot in this file too, for a verify by hand.", valueName: "file"))
  var save: String?

  @Flag(help: "Run the command also where the snapshot before it is incomplete.")
  var incomplete = false

  @OptionGroup var options: VerdictOptions
  @OptionGroup var reports: ReportOptions

  @Argument(parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
  var command: [String]

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("no command: write it after --, as in: cri guard -- systemctl restart containerd")
    }
  }

  func run() async throws {
    try await reports.report("verify", onlyWarns: options.warnOnly) {
      let patience = try DurationText.parse(wait, option: "--wait")
      let context = try Context()
      let before = try await takeSnapshot(context.patientClient())
      if let gap = before.gap, !incomplete {
        throw Failure(
          .unreachable,
          "the snapshot is incomplete: \(gap); the command was not run, since no verdict could be good (--incomplete runs it)"
        )
      }
      try keep(before)
      let failure = try execute()
      let verification = options.verification(before: before)
      return verification.conclude(try await verification.current(context, patience: patience), failure: failure)
    }
  }

  /// - Throws: wrong usage, where the file cannot be written: not a verdict.
  private func keep(_ snapshot: Snapshot) throws {
    guard let save else { return }
    do {
      try SnapshotFile.write(snapshot.json, to: save)
    } catch let failure as Failure {
      throw Failure(.usage, "\(failure.message); the command was not run")
    }
  }

  /// Says at once how the command failed: what follows may fail too.
  /// - Returns: in words; nil where it did not.
  private func execute() throws -> String? {
    let ending: ChildProcess.Ending
    do throws(Errno) {
      ending = try ChildProcess.run(command, outputToErrors: reports.isDocument)
    } catch {
      throw Failure(.usage, "\(command[0]) cannot be run: \(error); nothing was changed")
    }
    let words: String
    switch ending {
    case .exited(0): return nil
    case .exited(let code): words = "\(command[0]) ended with exit code \(code)"
    case .killed(let signal): words = "\(command[0]) was killed by signal \(signal)"
    }
    try StandardStream.error.write(Failure(.commandFailed, words).line)
    return words
  }
}
