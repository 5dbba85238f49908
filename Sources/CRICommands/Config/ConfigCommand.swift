internal import ArgumentParser
internal import CRICommandLine
internal import CRIJSON
internal import CRISystem
internal import CRIText

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "config", abstract: "Show and change the configuration.",
    usage: "cri config --list\ncri config --get <key>\ncri config --set <key>=<value>...\n"
      + "cri config <key> <value>",
    discussion:
      "The keys are \(ConfigKey.allCases.map(\.rawValue).joined(separator: ", ")). Only --set and <key> <value> write "
      + "the file; they keep its comments and its order.")

  @Option(help: ArgumentHelp("Print the value of a key.", valueName: "key"))
  var get: String?

  @Option(
    help: ArgumentHelp("Set one or more keys, separated by commas (repeatable).", valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Print all keys with their values.")
  var list = false

  @Argument(help: ArgumentHelp("A key and its new value.", valueName: "key value"))
  var pair: [String] = []

  func validate() throws {
    let actionCount = [get != nil, !set.isEmpty, list, !pair.isEmpty].count { $0 }
    if actionCount > 1 { throw ValidationError("specify only one of --get, --set, --list, or a key with its value") }
    if actionCount == 0 { throw ValidationError("specify --get, --set, --list, or a key with its value") }
    if !pair.isEmpty, pair.count != 2 { throw ValidationError("specify one key and its value") }
  }

  func run() async throws {
    let changes = try pair.isEmpty ? set.flatMap(Self.changes) : [(ConfigKey.named(pair[0]), pair[1])]
    let path = Globals.current.config ?? Environment.value("CRI_CONFIG_FILE") ?? Configuration.defaultPath
    if let get {
      let key = try ConfigKey.named(get)
      return try StandardStream.output.write(
        Sanitizer.visible(ConfigDocument(at: path).text(of: key)) + "\n")
    }
    var document = try ConfigDocument(at: path)
    if list {
      var table = Table(["KEY", "VALUE"])
      for key in ConfigKey.allCases { table.append([key.rawValue, document.text(of: key)]) }
      return try StandardStream.output.write(table.utf8())
    }
    for (key, text) in changes { try document.set(key, key.value(text)) }
    if CrictlBehaviour.completeConfiguration.isActive { try document.complete() }
    try document.write()
  }

  /// `a=1,b=2`; a comma that is not followed by a key belongs to the value.
  private static func changes(_ text: String) throws -> [(ConfigKey, String)] {
    var pieces: [String] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let trimmed = piece.drop { $0 == " " }
      let name = trimmed.prefix { $0 != "=" }
      if pieces.isEmpty || name.count < trimmed.count && ConfigKey(rawValue: String(name)) != nil {
        pieces.append(String(trimmed))
      } else {
        pieces[pieces.count - 1] += ",\(piece)"
      }
    }
    return try pieces.map { piece in
      guard let equals = piece.firstIndex(of: "=") else {
        throw Failure(.usage, "--set \(piece): specify key=value, such as --set timeout=10")
      }
      return (try ConfigKey.named(String(piece[..<equals])), String(piece[piece.index(after: equals)...]))
    }
  }
}
