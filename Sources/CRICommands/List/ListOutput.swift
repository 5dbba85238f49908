internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem

/// How a list is shown. A document beats `--quiet`, and that beats `--verbose`, as in crictl.
struct ListOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "table, wide, json, yaml, name, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: table)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.allCases))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template of -o go-template.", valueName: "template"))
  var template: String?

  @Flag(name: [.customShort("q"), .long], help: "Only the IDs.")
  var quiet = false

  @Flag(name: [.customShort("v"), .long], help: "Everything that the list says of each.")
  var verbose = false

  @Flag(help: "IDs in full.")
  var noTrunc = false

  @Option(
    help: ArgumentHelp(
      "Sort by a key, or a path such as .metadata.name; -KEY turns the order round.",
      valueName: "key"))
  var sortBy: String?

  @Flag(
    name: [.customShort("w"), .long],
    help: "Ask again every two seconds: on a terminal show it anew until q, elsewhere write it where it changed.")
  var watch = false

  /// The choice, found to be right before anybody is asked.
  func view<Text: ListText>(_ type: Text.Type) throws(Failure) -> ListView<Text> {
    let choice = OutputChoice.of(output, template: template, usually: .table)
    return ListView(
      format: choice.format,
      document: try .of(choice, template: template), isQuiet: quiet, isVerbose: verbose,
      order: try SortOrder(sortBy, isWide: choice.format == .wide), isWatched: watch)
  }

  /// The message as protobuf's JSON, straight from it for JSON: a list may be large.
  static func document(_ message: some CMessage, _ format: OutputFormat) -> [UInt8] {
    guard format == .json else { return Array((format.text(of: message.json()) ?? "").utf8) }
    return json(message)
  }

  static func json(_ message: some CMessage) -> [UInt8] {
    var bytes = message.jsonBytes()
    bytes.append(0x0A)
    return bytes
  }
}

extension OutputFormat: ExpressibleByArgument {}
