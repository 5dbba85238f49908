internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem

/// How a list is printed. A structured format (JSON, YAML or a template) overrides `--quiet`, which overrides
/// `--verbose`, as in crictl.
struct ListOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "table, wide, json, yaml, name, go-template=TEMPLATE, jsonpath=PATH or custom-columns=NAME:.path,… (default: table)",
      valueName: "format"),
    transform: OutputChoice.parse(OutputChoice.Format.allCases))
  var output: OutputChoice?

  @Option(help: ArgumentHelp("The template for -o go-template.", valueName: "template"))
  var template: String?

  @Flag(name: [.customShort("q"), .long], help: "Print only the IDs.")
  var quiet = false

  @Flag(name: [.customShort("v"), .long], help: "Print all fields that the runtime lists for each object.")
  var verbose = false

  @Flag(help: "Print complete IDs.")
  var noTrunc = false

  @Option(
    help: ArgumentHelp(
      "Sort by a key, or by a path such as .metadata.name; -KEY reverses the order.",
      valueName: "key"))
  var sortBy: String?

  @Flag(
    name: [.customShort("w"), .long],
    help: ArgumentHelp(
      "Refresh every two seconds. On a terminal, press q to stop; elsewhere, the list is printed again only when it has "
        + "changed."))
  var watch = false

  /// The output that was chosen, validated before the runtime is called.
  func view<Text: ListText>(_ type: Text.Type) throws(Failure) -> ListView<Text> {
    let choice = OutputChoice.of(output, template: template, default: .table)
    return ListView(
      format: choice.format,
      document: try .of(choice, template: template), isQuiet: quiet, isVerbose: verbose,
      order: try SortOrder(sortBy, isWide: choice.format == .wide), isWatched: watch)
  }

  /// The message as protobuf's JSON. JSON is written directly from the message, because a list may be large.
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
