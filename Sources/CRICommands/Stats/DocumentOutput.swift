internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem

/// How a list without a table is printed.
struct DocumentOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "json, yaml, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: json)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.ofDocuments))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template for -o go-template.", valueName: "template"))
  var template: String?

  @Flag(
    name: [.customShort("w"), .long],
    help: ArgumentHelp(
      "Refresh every two seconds. On a terminal, press q to stop; elsewhere, the list is printed again only when it has "
        + "changed."))
  var watch = false

  /// The output that was chosen, validated before the runtime is called.
  func view() throws(Failure) -> DocumentView {
    let choice = OutputChoice.of(output, template: template, default: .json)
    return try .of(choice, template: template) ?? .json
  }

  /// - Parameter timeout: The maximum time to write the result of `make`.
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
    try await Watch.run(separator: view.separator) { _ in
      var bytes: [UInt8] = []
      try write(try await make()) { bytes += $0 }
      return bytes
    }
  }
}
