internal import ArgumentParser
internal import CRICommandLine
internal import CRIJSON
internal import CRIMonitor
internal import CRIProtobuf
internal import CRIReport
internal import CRISystem
internal import CRIText

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "history",
    abstract: "List the restarts of the runtime that the monitor has noticed on this node.",
    discussion: """
      For each restart, the newest last, the command shows when it was noticed, what ended the process as far as that is \
      known, the versions before and after, and the verdict. Only systemd knows the exit status of the process, so \
      the cause is unknown if the runtime is not the main process of a systemd unit. The history is in \
      /var/lib/cri/history.json, and has at most 500 entries. The command does not contact the runtime.

      Exit codes: 0 success, even if there are no entries; 1 the history cannot be read; 2 usage error.
      """)

  @Option(name: [.short, .long], help: "The output format.")
  var output = TextFormat.text

  func run() async throws {
    let history = try HistoryFile.read()
    switch output {
    case .json: try StandardStream.output.write(history.json.text(pretty: true) + "\n")
    case .text: try StandardStream.output.write(Self.table(history).utf8(.output, showingHeaders: true))
    }
  }

  private static func table(_ history: RestartHistory) -> Table {
    var table = Table(["TIME", "RUNTIME", "VERSION", "VERDICT", "STATE AGE", "CAUSE"].map { Table.Column($0) })
    for entry in history.entries {
      let seconds = entry.noticed.nanoseconds / 1_000_000_000 * 1_000_000_000
      let isSame = entry.versionAfter == entry.versionBefore
      table.append([
        TimeText.rfc3339(nanoseconds: seconds, in: .local), entry.runtime,
        isSame ? entry.versionBefore : "\(entry.versionBefore) -> \(entry.versionAfter ?? "?")", entry.verdict,
        "\((entry.stateAge * 10).rounded(.down) / 10) s", ReportText.english.cause(entry.explanation),
      ])
    }
    return table
  }
}
