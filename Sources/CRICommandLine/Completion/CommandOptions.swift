package import ArgumentParser
internal import CRIJSON

/// The options and arguments that a subcommand takes, according to its own declaration.
package struct CommandOptions: Sendable {
  package struct Option: Sendable {
    /// The names, with their dashes.
    package let names: [String]
    /// Whether a value follows the option.
    package let takesValue: Bool
    /// All possible values, if the declaration lists them.
    package var values: [String] = []
    package let help: String

    package init(names: [String], takesValue: Bool, values: [String] = [], help: String) {
      self.names = names
      self.takesValue = takesValue
      self.values = values
      self.help = help
    }
  }

  package let options: [Option]
  /// For each positional argument, whether it may be repeated.
  private let words: [Bool]

  package init(_ command: any ParsableCommand.Type) {
    // ArgumentParser's description of a command for other tools.
    let document = try? JSON.parse(command._dumpHelp())
    let arguments = document?["command"]?["arguments"]?.arrayValue ?? []
    options = arguments.compactMap(Self.option)
    words = arguments.filter { $0["kind"]?.stringValue == "positional" }.map { $0["isRepeating"] == true }
  }

  private static func option(_ argument: JSON) -> Option? {
    guard let kind = argument["kind"]?.stringValue, kind != "positional" else { return nil }
    let names = (argument["names"]?.arrayValue ?? []).compactMap { name -> String? in
      guard let text = name["name"]?.stringValue else { return nil }
      return (name["kind"]?.stringValue == "short" ? "-" : "--") + text
    }
    let values = (argument["allValues"]?.arrayValue ?? []).compactMap(\.stringValue)
    return Option(
      names: names, takesValue: kind == "option", values: values, help: argument["abstract"]?.stringValue ?? "")
  }

  package func option(_ word: String) -> Option? { options.first { $0.names.contains(word) } }

  /// The option whose value is the word after this one; in a group of short options, only the last one can have a
  /// value.
  package func pending(_ word: String) -> Option? {
    let isCluster = word.count > 2 && word.hasPrefix("-") && !word.hasPrefix("--") && !word.contains("=")
    let found = isCluster ? word.last.flatMap { option("-\($0)") } : option(word)
    return found?.takesValue == true ? found : nil
  }

  /// The positional arguments of a line.
  package func arguments(of line: some Sequence<String>) -> [String] {
    var found: [String] = []
    var isValue = false
    for word in line {
      if !isValue, !word.hasPrefix("-") || word == "-" { found.append(word) }
      isValue = !isValue && pending(word) != nil
    }
    return found
  }

  /// Whether another positional argument may follow the first `count` positional arguments.
  package func takesWord(after count: Int) -> Bool { count < words.count || words.last == true }

  /// The option with this name, given without dashes: a letter or a long name.
  func option(named name: String) -> Option? { option((name.count == 1 ? "-" : "--") + name) }
}
