internal import ArgumentParser
internal import CRIState
internal import CRISystem

struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guard",
    abstract: "Take a snapshot, run a command that restarts the runtime, wait, and verify.",
    discussion: """
      cri guard -- systemctl restart containerd

      Exit codes: those of verify; 6 when the verdict is good and the command itself failed. Where the snapshot cannot be \
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

  @Argument(parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
  var command: [String]

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("no command: write it after --, as in: cri guard -- systemctl restart containerd")
    }
  }

  func run() async throws {
    let patience = try DurationText.parse(wait, option: "--wait")
    let context = try Context()
    let before = try await takeSnapshot(context.patientClient())
    if let gap = before.gap, !incomplete {
      throw Failure(
        .unreachable,
        "the snapshot is incomplete: \(gap); the command was not run, since no verdict could be good (--incomplete runs it)"
      )
    }
    if let save { try SnapshotFile.write(before.json, to: save) }
    let hasFailed = try execute()
    let verification = options.verification(before: before)
    let after = try await verification.current(context, patience: patience)
    let code = try verification.conclude(after, options.output, hasFailed: hasFailed)
    if code != .done { throw ExitCode(code.rawValue) }
  }

  /// Says at once how the command failed: what follows may fail too.
  /// - Returns: whether it did.
  private func execute() throws -> Bool {
    let ending: ChildProcess.Ending
    do throws(Errno) {
      ending = try ChildProcess.run(command, outputToErrors: options.output == .json)
    } catch {
      throw Failure(.usage, "\(command[0]) cannot be run: \(error); nothing was changed")
    }
    switch ending {
    case .exited(0): return false
    case .exited(let code): try tell("\(command[0]) ended with exit code \(code)")
    case .killed(let signal): try tell("\(command[0]) was killed by signal \(signal)")
    }
    return true
  }

  private func tell(_ words: String) throws {
    try StandardStream.error.write(Failure(.commandFailed, words).line)
  }
}
