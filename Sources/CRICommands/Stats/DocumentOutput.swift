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

  func show(_ view: DocumentView, _ make: () async throws(Failure) -> some CMessage) async throws {
    func bytes(_ message: some CMessage) throws(Failure) -> [UInt8] {
      if case .json = view { return ListOutput.json(message) }
      let document = message.json()
      let elements = document.objectValue?.values.lazy.compactMap(\.arrayValue).first ?? []
      return Array(try view.text(of: document, elements: elements).utf8)
    }
    guard watch else { return try StandardStream.output.write(try bytes(try await make())) }
    try await Watch.run(parting: view.parting) { _ in try bytes(try await make()) }
  }
}
