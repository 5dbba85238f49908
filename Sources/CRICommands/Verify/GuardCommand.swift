internal import ArgumentParser
internal import CRIState
internal import CRISystem

struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guard",
    abstract: "Take a snapshot, run a command that restarts the runtime, wait, and verify.",
    discussion: """
      cri guard -- systemctl restart containerd

      Exit codes: those of verify; 6 when the verdict is good and the command itself failed. Where the snapshot cannot be
      taken, the command is not run.
      """)

  @Option(
    help: ArgumentHelp("Wait this long at most for the runtime to be ready again.", valueName: "duration"))
  var wait = "120s"

  @Option(help: ArgumentHelp("Keep the snapshot in this file too, for a verify by hand.", valueName: "file"))
  var save: String?

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
    if let save { try SnapshotFile.write(before.json, to: save) }
    let failure = try execute()
    let verification = options.verification(before: before)
    let code = try verification.conclude(
      try await verification.current(context, patience: patience), options.output)
    if let failure {
      try StandardStream.error.write(failure.line)
      // A command that failed may not have restarted anything: that is its failure, not a vacuous check.
      if code == .done || code == .vacuous { throw ExitCode(ExitCodes.commandFailed.rawValue) }
    }
    if code != .done { throw ExitCode(code.rawValue) }
  }

  /// - Returns: how the command failed, nil where it did not.
  private func execute() throws -> Failure? {
    do throws(Errno) {
      switch try ChildProcess.run(command) {
      case .exited(0): return nil
      case .exited(let code): return Failure(.commandFailed, "\(command[0]) ended with exit code \(code)")
      case .killed(let signal): return Failure(.commandFailed, "\(command[0]) was killed by signal \(signal)")
      }
    } catch {
      throw Failure(.commandFailed, "\(command[0]) cannot be run: \(error); nothing was changed")
    }
  }
}
