internal import ArgumentParser
internal import CRI
internal import CRINode
internal import CRIState
internal import CRISystem

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Write down everything that the runtime has, to compare with later.",
    discussion: """
      The document holds no environment variables and no other secrets. It is written whole or not at all, with mode 0600.
      Exit codes: 0 written; 2 wrong usage; 3 the runtime was not reached, or some details could not be read (the document
      is written and names them); 1 the file could not be written.
      """)

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where to write it (default: standard output).", valueName: "file"))
  var output = "-"

  func run() async throws {
    let snapshot = try await takeSnapshot(Context().patientClient())
    try SnapshotFile.write(snapshot.json, to: output)
    guard !snapshot.unread.isEmpty else { return }
    let first = snapshot.unread[0]
    let others = snapshot.unread.count > 1 ? " and \(snapshot.unread.count - 1) more" : ""
    throw Failure(.unreachable, "the snapshot is incomplete: \(first.what): \(first.why)\(others)")
  }
}

/// The runtime's state, now.
func takeSnapshot(_ client: Client) async throws(Failure) -> Snapshot {
  do throws(RPCError) {
    return try await client.snapshot(tool: CRICommand.tool)
  } catch {
    throw Failure(error)
  }
}
