internal import ArgumentParser
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem

/// How single objects are shown.
struct InspectOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "json, yaml, table, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: json)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.ofObjects))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template of -o go-template.", valueName: "template"))
  var template: String?

  @Flag(name: [.customShort("q"), .long], help: "Without the runtime's own words beside the interface's.")
  var quiet = false

  /// The choice, found to be right before anybody is asked.
  func view() throws(Failure) -> InspectView {
    try InspectView(output, template: template, isVerbose: !quiet)
  }
}

/// How single objects are shown.
struct InspectView: Sendable {
  /// nil for texts.
  let document: DocumentView?
  /// With the runtime's own words.
  let isVerbose: Bool

  init(_ output: OutputChoice?, template: String?, isVerbose: Bool) throws(Failure) {
    document = try .of(
      OutputChoice.of(output, template: template, usually: .json), template: template)
    self.isVerbose = isVerbose
  }

  /// A document is an object for one and an array for several; texts follow each other.
  /// - Parameter timeout: how long it may take to make them.
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
