internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem

/// How a list that has no table is shown.
struct DocumentOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "json, yaml, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: json)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.ofDocuments))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template of -o go-template.", valueName: "template"))
  var template: String?

  @Flag(
    name: [.customShort("w"), .long],
    help: "Ask again every two seconds: on a terminal show it anew until q, elsewhere write it where it changed.")
  var watch = false

  /// The choice, found to be right before anybody is asked.
  func view() throws(Failure) -> DocumentView {
    let choice = OutputChoice.of(output, template: template, usually: .json)
    return try .of(choice, template: template) ?? .json
  }

  /// - Parameter timeout: how long it may take to write what `make` gives.
  func show(
    _ view: DocumentView, within timeout: Duration, _ make: () async throws(Failure) -> some CMessage
  ) async throws {
    func write(_ message: some CMessage, _ emit: ([UInt8]) throws -> Void) throws {
      let clock = OutputClock(within: timeout)
      switch view {
      case .json: return try DocumentWriter.writeJSON(message, clock, emit)
      case .yaml: return try DocumentWriter.writeYAML(message, clock, emit)
      default: break
      }
      let document = message.json()
      try clock.check()
      let elements = document.objectValue?.values.lazy.compactMap(\.arrayValue).first ?? []
      try emit(Array(try view.text(of: document, elements: elements).utf8))
    }
    guard watch else {
      let message = try await make()
      return try PiecewiseOutput.write { emit in try write(message, emit) }
    }
    try await Watch.run(parting: view.parting) { _ in
      var bytes: [UInt8] = []
      try write(try await make()) { bytes += $0 }
      return bytes
    }
  }
}
