internal import ArgumentParser
internal import CRICommandLine
internal import CRIReport
internal import CRISnapshot

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "verify",
    abstract:
      "Prove that nothing has been lost since a snapshot, or report what has been lost and what kubelet will do about it.",
    discussion: """
      Exit codes: 0 nothing was lost; 1 state was lost; 2 usage error or unusable snapshot; 3 not verified: the \
      runtime could not be reached or was not ready in time, or details could not be read; 4 nothing to verify: no pods \
      in the snapshot, a daemon that was not restarted, or a snapshot of a different node.

      After a reboot or a migration, run the command after kubelet has started, because kubelet recreates the pods. \
      Before that, the exit code is 3.
      """)

  @Option(help: ArgumentHelp("The snapshot from before the change (-: standard input).", valueName: "file"))
  var before: String

  @Option(
    help: ArgumentHelp("A snapshot from after the change (default: the runtime's current state).", valueName: "file"))
  var after: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The maximum time to wait for the runtime to be ready.", valueName: "duration"))
  var wait: String?

  @OptionGroup var options: VerdictOptions
  @OptionGroup var reports: ReportOptions

  func validate() throws {
    if before == "-", options.pods.readsStandardInput {
      throw ValidationError("--before and --pods both read standard input; specify a file for one of them")
    }
    if after != nil, wait != nil {
      throw ValidationError("--wait waits for the runtime, but --after does not use it; specify only one of them")
    }
    if after != nil, options.probe {
      throw ValidationError("--probe calls the runtime, but --after does not use it; specify only one of them")
    }
  }

  func run() async throws {
    try await reports.report(.verify, onlyWarns: options.warnOnly) {
      let timeout = try wait.map { text throws(Failure) in try DurationText.parse(text, option: "--wait") }
      let specifications = try options.pods.read()
      let verification = try options.verification(before: try SnapshotFile.read(before), specifications)
      let now: Snapshot
      if let after {
        now = try SnapshotFile.read(after)
      } else {
        now = try await verification.current(Context(waiting: timeout), timeout: timeout)
      }
      return verification.conclude(now)
    }
  }
}
