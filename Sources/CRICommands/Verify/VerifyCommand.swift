internal import ArgumentParser
internal import CRICommandLine
internal import CRISnapshot

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "verify",
    abstract:
      "Prove that nothing was lost since a snapshot, or say what was, and what kubelet will do about it.",
    discussion: """
      Exit codes: 0 nothing is lost; 1 state is lost; 2 wrong usage or an unusable snapshot; 3 it could not be verified: \
      the runtime was not reached or not ready in time, or details could not be read; 4 there was nothing to verify: no \
      pods in the snapshot, a daemon that was not restarted, another node's snapshot.
      After a reboot or a migration, run it once kubelet has started, which makes the pods anew: before, it ends with 3.
      """)

  @Option(help: ArgumentHelp("The snapshot from before the change; - is standard input.", valueName: "file"))
  var before: String

  @Option(
    help: ArgumentHelp("A snapshot from after it (default: the runtime as it is now).", valueName: "file"))
  var after: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Wait this long at most for the runtime to be ready.", valueName: "duration"))
  var wait: String?

  @OptionGroup var options: VerdictOptions
  @OptionGroup var reports: ReportOptions

  func validate() throws {
    if after != nil, wait != nil {
      throw ValidationError("--wait waits for the runtime, --after does without it: give one")
    }
    if after != nil, options.probe {
      throw ValidationError("--probe asks the runtime, --after does without it: give one")
    }
  }

  func run() async throws {
    try await reports.report("verify", onlyWarns: options.warnOnly) {
      let patience = try wait.map { text throws(Failure) in try DurationText.parse(text, option: "--wait") }
      let verification = try options.verification(before: try SnapshotFile.read(before))
      let now: Snapshot
      if let after {
        now = try SnapshotFile.read(after)
      } else {
        now = try await verification.current(Context(waiting: patience), patience: patience)
      }
      return verification.conclude(now)
    }
  }
}
