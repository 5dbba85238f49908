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
    abstract: "Save the runtime's complete state to a file for later comparison.",
    discussion: """
      The snapshot contains no environment variables. Annotations are included and may contain secrets, so the file has \
      mode 0600. It is written completely or not at all.

      Exit codes: 0 written; 1 the file could not be written; 2 usage error; 3 the runtime could not be reached, or \
      some details could not be read (in this case, nothing is written unless --incomplete is given, so an earlier \
      snapshot is kept).
      """)

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file to write (-: standard output).", valueName: "file"))
  var output = "-"

  @Flag(help: "Write the snapshot even if some details could not be read; the snapshot lists them.")
  var incomplete = false

  @OptionGroup var pods: PodsOption

  func run() async throws {
    let specifications = try pods.read()
    var snapshot = try await takeSnapshot(Context().bulkClient())
    snapshot.pods = specifications
    let incompleteSummary = snapshot.incompleteSummary
    if incompleteSummary == nil || incomplete { try SnapshotFile.write(snapshot, to: output) }
    guard let incompleteSummary else { return }
    let hint = incomplete ? "" : "; nothing was written; specify --incomplete to write what could be read"
    throw Failure(.unreachable, "the snapshot is incomplete: \(incompleteSummary)\(hint)")
  }
}

extension Snapshot {
  /// What could not be read, in one line; nil if everything was read.
  var incompleteSummary: String? {
    let entries = incomplete
    guard let first = entries.first else { return nil }
    let others = entries.count > 1 ? " and \(entries.count - 1) more" : ""
    return ReportText.english.unchecked(first).line + others
  }
}

/// The runtime's current state.
func takeSnapshot(_ client: Client) async throws(Failure) -> Snapshot {
  do throws(RPCError) {
    return try await client.snapshot(tool: CRICommand.tool)
  } catch {
    throw Failure(.unreachable, Failure(error, client.endpoint).message)
  }
}
