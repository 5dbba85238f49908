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

  /// Writes a list to standard output: the message as it is, or what `text` gives.
  func write<M: CMessage>(_ message: M, ids: () -> [String], details: () -> String, table: () -> String)
    throws
  {
    switch (output, quiet, verbose) {
    case (.json, _, _), (.yaml, _, _): try StandardStream.output.write(Self.document(message, output))
    case (.table, true, _):
      try StandardStream.output.write(ids().map { Sanitizer.visible($0) + "\n" }.joined())
    case (.table, false, true): try StandardStream.output.write(details())
    case (.table, false, false): try StandardStream.output.write(table())
    }
  }

  /// The message as protobuf's JSON, straight from it for JSON: a list may be large.
  static func document(_ message: some CMessage, _ format: OutputFormat) -> [UInt8] {
    guard format == .json else { return Array((format.text(of: message.json()) ?? "").utf8) }
    return message.jsonBytes() + [0x0A]
  }
}

extension OutputFormat: ExpressibleByArgument {}
