internal import ArgumentParser
internal import CRICommandLine
internal import CRIJSON
internal import CRIReport
internal import CRISnapshot
internal import CRISystem
internal import CRIText

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "diff",
    abstract: "Show what changed since a snapshot, pod by pod.",
    discussion: "Exit codes, as for diff(1): 0 no changes; 1 changes; 2 failure.")

  @Argument(help: "The earlier snapshot (-: standard input).")
  var before: String

  @Argument(help: "The later snapshot (default: the runtime's current state).")
  var after: String?

  @Flag(help: "Also show what changes on its own: times, and the daemon's process.")
  var all = false

  @Option(name: [.short, .long], help: "The output format.")
  var output = TextFormat.text

  func run() async throws {
    let changes: [Change]
    let unchecked: [Unchecked]
    do {
      let earlier = try SnapshotFile.read(before)
      let later = try await current()
      changes = Diff.changes(from: earlier, to: later, all: all)
      unchecked = earlier.incomplete + later.incomplete
    } catch let failure as Failure {
      throw Failure(.usage, failure.message)
    }
    do {
      try write(changes, unchecked)
    } catch let error as Errno {
      throw Failure(.usage, "standard output: \(error)")
    }
    if let first = unchecked.first {
      let others = unchecked.count > 1 ? " and \(unchecked.count - 1) more" : ""
      let line = ReportText.english.unchecked(first).line
      throw Failure(.usage, "not everything was compared: \(line)\(others)")
    }
    if !changes.isEmpty { throw ExitCode(ExitCodes.failed.rawValue) }
  }

  private func write(_ changes: [Change], _ unchecked: [Unchecked]) throws {
    switch output {
    case .json:
      try DiffDocument(changes, notCompared: unchecked).write { bytes throws(Errno) in
        try StandardStream.output.write(bytes)
      }
    case .text: try StandardStream.output.write(text(changes))
    }
  }

  private func current() async throws -> Snapshot {
    if let after { return try SnapshotFile.read(after) }
    return try await takeSnapshot(Context().bulkClient())
  }

  private func text(_ changes: [Change]) -> String {
    var table = Table(["", ""], layout: .compact)
    let ids = Dictionary(grouping: changes.map(\.object)) { "\($0)" }.mapValues { Set($0.map(\.id)) }
    for change in changes {
      let name = "\(change.object)"
      // A pod or container that was recreated exists twice under one name, so the IDs distinguish them.
      let isOneOfSeveral = ids[name].map { $0.count > 1 } ?? false
      table.append([
        isOneOfSeveral ? "\(name) (\(change.object.id.prefix(13)))" : name, ReportText.english.change(change),
      ])
    }
    return changes.isEmpty ? "" : table.text(showingHeaders: false)
  }
}

/// The output formats of commands that print text or a document.
enum TextFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
