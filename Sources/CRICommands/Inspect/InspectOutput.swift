internal import ArgumentParser
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIText
internal import CRIYAML

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
      OutputChoice.of(output, template: template, default: .json), template: template)
    self.isVerbose = isVerbose
  }

  /// Prints a document, which is an object for one report and an array for several; text reports are printed one after
  /// the other.
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
    try PiecewiseOutput.write { emit in
      if isSingle {
        try Self.write(try Self.document(reports[0], clock), as: document, clock, emit)
      } else {
        try Self.write(all: reports, as: document, clock, emit)
      }
    }
  }

  private static func document(_ report: some StatusReport, _ clock: OutputClock) throws(Failure) -> JSON {
    var limits = JSONLimits(forTextsOf: report.infoSize, deadline: clock.deadline)
    let document = report.document(&limits)
    try clock.check()
    return document
  }

  private static func write(
    _ document: JSON, as view: DocumentView, _ clock: OutputClock, _ emit: ([UInt8]) throws -> Void
  ) throws {
    guard case .json = view, let members = document.objectValue else {
      let sorted = document.sortedKeys()
      return try emit(Array(try view.text(of: sorted, elements: [sorted]).utf8))
    }
    var writer = JSONWriter(.pretty)
    writer.beginObject()
    for (key, value) in members.sortedByKey() {
      try clock.check()
      writer.key(key)
      writer.value(value.sortedKeys())
      try emit(writer.takeBytes())
    }
    writer.endObject()
    writer.newline()
    try emit(writer.takeBytes())
  }

  /// Writes several reports one by one, because their documents are many times larger than the responses.
  private static func write(
    all reports: [some StatusReport], as view: DocumentView, _ clock: OutputClock, _ emit: ([UInt8]) throws -> Void
  ) throws {
    switch view {
    case .json:
      var writer = JSONWriter(.pretty)
      writer.beginArray()
      for report in reports {
        writer.value(try document(report, clock).sortedKeys())
        try emit(writer.takeBytes())
      }
      writer.endArray()
      writer.newline()
      try emit(writer.takeBytes())
    case .yaml:
      for report in reports {
        try emit(Array(YAML.text(.array([try document(report, clock).sortedKeys()])).utf8))
      }
      // crictl adds an empty line.
      try emit([0x0A])
    case .customColumns(let columns):
      var table = columns.table
      for report in reports { table.append(try DocumentView.row(columns, try document(report, clock))) }
      try emit(table.utf8())
    case .jsonPath:
      for report in reports {
        try emit(Array(try view.text(of: try document(report, clock).sortedKeys(), elements: []).utf8))
      }
    case .goTemplate(let template):
      // A template may need all documents at the same time, so one limit applies to all of them together.
      var limits = JSONLimits(forTextsOf: reports.reduce(0) { $0 + $1.infoSize }, deadline: clock.deadline)
      let documents = try reports.map { report in
        let document = report.document(&limits)
        try clock.check()
        guard limits.memory >= 0 else {
          throw Failure(
            .overLimit,
            "-o go-template needs all \(reports.count) objects in memory, which is too much; select fewer objects"
          )
        }
        return document.sortedKeys()
      }
      try emit(Array(try DocumentView.text(template, ofAll: documents).utf8))
    }
  }
}
