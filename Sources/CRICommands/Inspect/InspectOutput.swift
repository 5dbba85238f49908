internal import ArgumentParser
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem

/// How single objects are printed.
struct InspectOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "json, yaml, table, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: json)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.ofObjects))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template for -o go-template.", valueName: "template"))
  var template: String?

  @Flag(name: [.customShort("q"), .long], help: "Omit the details that the runtime adds to the CRI's fields.")
  var quiet = false

  /// The output that was chosen, validated before the runtime is called.
  func view() throws(Failure) -> InspectView {
    try InspectView(output, template: template, isVerbose: !quiet)
  }
}

/// How single objects are printed.
struct InspectView: Sendable {
  /// nil for text.
  let document: DocumentView?
  /// Whether the details that the runtime adds are included.
  let isVerbose: Bool

  init(_ output: OutputChoice?, template: String?, isVerbose: Bool) throws(Failure) {
    document = try .of(
      OutputChoice.of(output, template: template, usually: .json), template: template)
    self.isVerbose = isVerbose
  }

  /// Prints a document, which is an object for one report and an array for several; texts follow each other.
  /// - Parameter timeout: The maximum time to render the reports.
  func write(_ reports: [some StatusReport], isSingle: Bool, within timeout: Duration) throws {
    guard !reports.isEmpty else { return }
    let clock = OutputClock(within: timeout)
    guard let document else {
      return try PiecewiseOutput.write { emit in
        for report in reports {
          try clock.check()
          try emit(Array(report.text(verbose: isVerbose).utf8))
        }
      }
    }
    let documents = try reports.map { report in
      try clock.check()
      return report.document.sortedKeys()
    }
    try StandardStream.output.write(
      isSingle ? try document.text(of: documents[0], elements: documents) : try document.text(ofAll: documents))
  }
}
