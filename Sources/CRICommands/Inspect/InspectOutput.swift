internal import ArgumentParser
internal import CRIJSON
internal import CRIRendering
internal import CRISystem

/// How single objects are shown.
struct InspectOutput: ParsableArguments {
  @Option(name: [.customShort("o"), .long], help: "json, yaml or table.")
  var output = OutputFormat.json

  @Flag(name: [.customShort("q"), .long], help: "Without the runtime's own words beside the interface's.")
  var quiet = false

  /// A document is an object for one and an array for several; texts follow each other.
  func write(_ reports: [some StatusReport], isSingle: Bool) throws(Errno) {
    guard !reports.isEmpty else { return }
    let documents = output == .table ? [] : reports.map { $0.document.sortedKeys() }
    switch output {
    case .table: try StandardStream.output.write(reports.map { $0.text(verbose: !quiet) }.joined())
    case .json, .yaml:
      try StandardStream.output.write(
        output.text(of: isSingle ? documents[0] : .array(documents)) ?? "")
    }
  }
}
