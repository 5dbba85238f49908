package import ArgumentParser

/// Options in the syntax of Go's flags, which crictl accepts: `--quiet=false`, `--name=`, `-quiet`, `--q`, `-n -1`.
package enum GoSpelling {
  /// Returns the command with this name.
  package typealias Subcommand = (String) -> (any AsyncParsableCommand.Type)?

  /// Converts the words of a subcommand, beginning with its name, to ArgumentParser's syntax. ArgumentParser would
  /// take the word after `--name=` as the name, and `-all` as three short options.
  package static func normalized(_ words: [String], _ subcommand: Subcommand) -> [String] {
    if words.count == 2, ["help", "h"].contains(words[1]) { return [words[0], "--help"] }
    // The declaration is read only when it is needed, because that takes as long as a simple command.
    return words.prefix { $0 != "--" }.dropFirst().contains(where: isGoSpelling) ? respelled(words, subcommand) : words
  }

  /// Converts words that ArgumentParser has rejected to ArgumentParser's syntax: Go takes the word after an option as
  /// the option's value even if the word begins with a dash.
  package static func respelled(_ words: [String], _ subcommand: Subcommand) -> [String] {
    guard let type = words.first.flatMap(subcommand) else { return words }
    let own = words.prefix { $0 != "--" }
    return words.prefix(1) + respelled(own.dropFirst(), CommandOptions(type)) + words[own.endIndex...]
  }

  /// Returns the words of a subcommand whose arguments contain a command to run, with a `--` before the first argument,
  /// where Go stops parsing options, so that ArgumentParser does not parse the rest.
  package static func terminated(_ words: [String], _ subcommand: Subcommand) -> [String] {
    guard let type = words.first.flatMap(subcommand) else { return words }
    var rest = words.dropFirst()
    var tree: CommandOptions?
    while let word = rest.first, word != "--" {
      guard let parts = Parts(word) else {
        return Array(words[..<rest.startIndex]) + ["--"] + rest
      }
      rest = rest.dropFirst()
      guard parts.value == nil else { continue }
      let options = tree ?? CommandOptions(type)
      tree = options
      let option = options.option(named: parts.name) ?? letters(parts, options)
      if option?.takesValue == true { rest = rest.dropFirst() }
    }
    return words
  }

  private static func isGoSpelling(_ word: String) -> Bool {
    let option = Parts(word)
    guard let option else { return false }
    if let value = option.value { return option.dashes == 1 || value.isEmpty || flag(value) != nil }
    // A single dash with two letters means two switches, except for these names.
    if option.dashes == 1 { return option.name.count > 2 || ["id", "pt"].contains(option.name) || isNumber(word) }
    return option.name.count == 1
  }

  private static func isNumber(_ word: String) -> Bool { word.dropFirst().first?.isNumber ?? false }

  private static func respelled(_ words: ArraySlice<String>, _ tree: CommandOptions) -> [String] {
    var result: [String] = []
    var rest = words
    while let word = rest.popFirst() {
      guard let parts = Parts(word) else {
        result.append(word)
        continue
      }
      guard let option = tree.option(named: parts.name) else {
        // Several letters; the last one may have a value that looks like an option.
        if let last = letters(parts, tree), last.takesValue, let value = rest.first, isNumber(value) {
          result += [String(word.dropLast()), "-\(word.suffix(1))=\(value)"]
          rest = rest.dropFirst()
        } else {
          result.append(word)
        }
        continue
      }
      let name = (parts.name.count == 1 ? "-" : "--") + parts.name
      if option.takesValue {
        guard let value = parts.value ?? rest.popFirst() else {
          result.append(name)
          continue
        }
        result += value.isEmpty ? [name, ""] : ["\(name)=\(value)"]
      } else if let value = parts.value {
        switch flag(value) {
        case true: result.append(name)
        // The last occurrence wins.
        case false: result.removeAll { option.names.contains($0) }
        case nil: result.append(word)
        }
      } else {
        result.append(name)
      }
    }
    return result
  }

  /// The option for the last of several letters after one dash, if all letters are options.
  private static func letters(_ parts: Parts, _ tree: CommandOptions) -> CommandOptions.Option? {
    guard parts.dashes == 1, parts.value == nil, parts.name.count > 1 else { return nil }
    let options = parts.name.map { tree.option("-\($0)") }
    guard !options.contains(where: { $0 == nil }), options.dropLast().allSatisfy({ $0?.takesValue == false }) else {
      return nil
    }
    return options.last ?? nil
  }

  /// A Boolean in Go's notation; nil if the text is not one.
  package static func flag(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": true
    case "0", "f", "F", "FALSE", "false", "False": false
    default: nil
    }
  }

  /// The parts of a word that is an option.
  private struct Parts {
    let dashes: Int
    let name: String
    /// The text after the equals sign; nil without one.
    let value: String?

    init?(_ word: String) {
      dashes = word.prefix { $0 == "-" }.count
      let rest = word.dropFirst(dashes)
      guard (1...2).contains(dashes), !rest.isEmpty else { return nil }
      name = String(rest.prefix { $0 != "=" })
      value = rest.firstIndex(of: "=").map { String(rest[rest.index(after: $0)...]) }
    }
  }
}
