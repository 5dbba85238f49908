package import ArgumentParser
internal import CRIJSON

/// What a subcommand takes, from its own declaration.
package struct CompletionTree: Sendable {
  package struct Option: Sendable {
    /// With their dashes.
    package let names: [String]
    /// Whether a value follows.
    package let takesValue: Bool
    /// All that there are, where the declaration says so.
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
  /// Of each word besides the options, whether it may be repeated.
  private let words: [Bool]

  package init(_ command: any ParsableCommand.Type) {
    // ArgumentParser's own description of a command, for tools.
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

  /// The option whose value is the word after this one: the last of several letters in one word, too.
  package func pending(_ word: String) -> Option? {
    let isCluster = word.count > 2 && word.hasPrefix("-") && !word.hasPrefix("--") && !word.contains("=")
    let found = isCluster ? word.last.flatMap { option("-\($0)") } : option(word)
    return found?.takesValue == true ? found : nil
  }

  /// The words of a line that are neither options nor their values.
  package func arguments(of line: some Sequence<String>) -> [String] {
    var found: [String] = []
    var isValue = false
    for word in line {
      if !isValue, !word.hasPrefix("-") || word == "-" { found.append(word) }
      isValue = !isValue && pending(word) != nil
    }
    return found
  }

  /// Whether one more may follow so many words.
  package func takesWord(after count: Int) -> Bool { count < words.count || words.last == true }

  /// The option of a name without its dashes: a letter or a long name.
  func option(named name: String) -> Option? { option((name.count == 1 ? "-" : "--") + name) }
}
