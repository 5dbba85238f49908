internal import ArgumentParser
internal import CRIJSON

/// What a subcommand takes, from its own declaration.
struct CompletionTree: Sendable {
  struct Option: Sendable {
    /// With their dashes.
    let names: [String]
    /// Whether a value follows.
    let takesValue: Bool
    let help: String
  }

  let options: [Option]
  /// Whether there are words besides the options.
  let takesWords: Bool

  init(_ command: any ParsableCommand.Type) {
    // ArgumentParser's own description of a command, for tools.
    let document = try? JSON.parse(command._dumpHelp())
    let arguments = document?["command"]?["arguments"]?.arrayValue ?? []
    options = arguments.compactMap(Self.option)
    takesWords = arguments.contains { $0["kind"]?.stringValue == "positional" }
  }

  private static func option(_ argument: JSON) -> Option? {
    guard let kind = argument["kind"]?.stringValue, kind != "positional" else { return nil }
    let names = (argument["names"]?.arrayValue ?? []).compactMap { name -> String? in
      guard let text = name["name"]?.stringValue else { return nil }
      return (name["kind"]?.stringValue == "short" ? "-" : "--") + text
    }
    return Option(names: names, takesValue: kind == "option", help: argument["abstract"]?.stringValue ?? "")
  }

  func option(_ word: String) -> Option? { options.first { $0.names.contains(word) } }

  /// The option of a name without its dashes: a letter or a long name.
  func option(named name: String) -> Option? { option((name.count == 1 ? "-" : "--") + name) }
}
