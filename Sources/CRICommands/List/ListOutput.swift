internal import ArgumentParser
internal import CRIProtobuf
internal import CRIRendering
internal import CRISystem

/// How a list is shown. A document beats `--quiet`, and that beats `--verbose`, as in crictl.
struct ListOutput: ParsableArguments {
  @Option(name: [.customShort("o"), .long], help: "table, json or yaml.")
  var output = OutputFormat.table

  @Flag(name: [.customShort("q"), .long], help: "Only the IDs.")
  var quiet = false

  @Flag(name: [.customShort("v"), .long], help: "Everything that the list says of each.")
  var verbose = false

  @Flag(help: "IDs in full.")
  var noTrunc = false

  /// Writes a list to standard output.
  func write(_ message: some CMessage, _ text: some ListText) throws {
    switch (output, quiet, verbose) {
    case (.json, _, _), (.yaml, _, _): try StandardStream.output.write(Self.document(message, output))
    case (.table, true, _):
      try StandardStream.output.write(text.ids.map { Sanitizer.visible($0) + "\n" }.joined())
    case (.table, false, true): try StandardStream.output.write(text.details)
    case (.table, false, false): try StandardStream.output.write(text.table)
    }
  }

  /// The message as protobuf's JSON, straight from it for JSON: a list may be large.
  static func document(_ message: some CMessage, _ format: OutputFormat) -> [UInt8] {
    guard format == .json else { return Array((format.text(of: message.json()) ?? "").utf8) }
    var bytes = message.jsonBytes()
    bytes.append(0x0A)
    return bytes
  }
}

/// A list in words.
protocol ListText {
  var ids: [String] { get }
  /// A line for each.
  var table: [UInt8] { get }
  /// All that is known of each.
  var details: String { get }
}

extension OutputFormat: ExpressibleByArgument {}
