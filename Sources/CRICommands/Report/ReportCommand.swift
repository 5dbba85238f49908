internal import ArgumentParser
internal import CRICommandLine
internal import CRIReport
internal import CRISystem
internal import CRIText

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "report",
    abstract: "Combine the JSON reports of many nodes.",
    usage: "cri report merge [--output <format>] [--nodes <file>] <file> ...",
    discussion: """
      'cri report merge' reads the documents that verify, guard, preflight and doctor print with '-o json', and shows the \
      nodes grouped by verdict, then the violated rules and the versions. A file may contain the documents of several nodes, with other \
      lines between them, such as the output of 'kubectl logs'. If a node has several reports of the same check, only the \
      newest counts. If a report does not name its node, the name of the file is used. The command does not contact the runtime.

      Exit codes: 0 all checks passed; 1 something is lost or wrong on a node; 2 usage error; 3 a check has no verdict, \
      or a report is missing, or cannot be read or written; 4 there was nothing to verify on a node; 11 there are too many \
      reports.
      """)

  enum Action: String, ExpressibleByArgument, CaseIterable { case merge }

  @Argument(help: "The action.")
  var action: Action

  @Argument(help: "Files with reports, and directories with .json files (-: standard input).")
  var files: [String]

  @Option(
    name: [.short, .long], help: ArgumentHelp("\(Self.formats) (default: table).", valueName: "format"),
    transform: Self.format)
  var output = FleetFormat.table

  @Option(
    help: ArgumentHelp(
      "The nodes that must have a report, one on each line, as from 'kubectl get nodes -o name' (-: standard input).",
      valueName: "file"))
  var nodes: String?

  private static let formats = FleetFormat.allCases.map(\.rawValue).joined(separator: ", ")

  @Sendable private static func format(_ text: String) throws -> FleetFormat {
    guard let format = FleetFormat(rawValue: text) else {
      throw ValidationError("unknown format \(text); the formats are \(formats)")
    }
    return format
  }

  func validate() throws {
    if nodes == "-", files.contains("-") {
      throw ValidationError("only one of --nodes and the files can be standard input")
    }
  }

  func run() async throws {
    let expected = try nodes.map { try ReportInput.nodes(in: $0) }
    var report = FleetReport()
    for path in try files.flatMap({ try ReportInput.paths(at: $0) }) { try ReportInput.add(path, to: &report) }
    report.expect(expected ?? [])
    Interrupt.catchBrokenPipes()
    var code = report.exitCode
    do throws(Errno) {
      try StandardStream.output.write(text(report))
    } catch {
      try? StandardStream.error.write(Failure(.failed, "cannot write the report to standard output: \(error)").line)
      // A reader that closes its pipe has seen enough. Code 1 would mean that something is lost.
      if code == 0, error != .brokenPipe { code = ExitCodes.unreachable.rawValue }
    }
    if code != 0 { throw ExitCode(code) }
  }

  private func text(_ report: FleetReport) -> String {
    let text = output.text(report, style: .output)
    // The table escapes names itself and adds colours.
    return output != .table && Environment.outputIsTerminal ? Sanitizer.visibleLines(text) : text
  }
}
