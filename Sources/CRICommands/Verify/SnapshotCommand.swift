internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRINode
internal import CRIReport
internal import CRISnapshot
internal import CRISystem

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "snapshot",
    abstract: "Write down everything that the runtime has, to compare with later.",
    discussion: """
      The document holds no environment variables and no other secrets. It is written whole or not at all, with mode 0600.
      Exit codes: 0 written; 1 the file could not be written; 2 wrong usage; 3 the runtime was not reached, or some details \
      could not be read (nothing is written then, unless --incomplete: an earlier, whole snapshot is worth more).
      """)

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where to write it; - is standard output.", valueName: "file"))
  var output = "-"

  @Flag(help: "Write it also where details could not be read; it names them.")
  var incomplete = false

  func run() async throws {
    let snapshot = try await takeSnapshot(Context().patientClient())
    let gap = snapshot.gap
    if gap == nil || incomplete { try SnapshotFile.write(snapshot, to: output) }
    guard let gap else { return }
    let rest = incomplete ? "" : "; nothing was written (--incomplete writes what there is)"
    throw Failure(.unreachable, "the snapshot is incomplete: \(gap)\(rest)")
  }
}

extension Snapshot {
  /// What could not be read, in a line; nil where everything was.
  var gap: String? {
    let entries = incomplete
    guard let first = entries.first else { return nil }
    let others = entries.count > 1 ? " and \(entries.count - 1) more" : ""
    return ReportText.english.unchecked(first).line + others
  }
}

/// The runtime's state, now.
func takeSnapshot(_ client: Client) async throws(Failure) -> Snapshot {
  do throws(RPCError) {
    return try await client.snapshot(tool: CRICommand.tool)
  } catch {
    throw Failure(.unreachable, Failure(error, client.endpoint).message)
  }
}
