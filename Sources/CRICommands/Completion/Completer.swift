internal import ArgumentParser
internal import CRI
internal import CRIRendering
internal import CRISystem

/// Answers a shell that completes a line: with words of ours, and with what the runtime has.
enum Completer {
  /// A runtime that hangs must not hang the shell.
  private static let patience = Duration.seconds(1)

  /// - Parameter line: up to the cursor, the command's name first.
  static func answer(_ line: String) async throws {
    let lines = (try? await candidates(line)) ?? []
    let text = lines.map { value, help in
      help.isEmpty ? Sanitizer.visible(value) : "\(Sanitizer.visible(value))\t\(Sanitizer.visible(help))"
    }
    try StandardStream.output.write(text.map { $0 + "\n" }.joined())
  }

  static func candidates(_ line: String) async throws -> [(value: String, help: String)] {
    var words = split(line)
    guard let start = words.popLast(), !words.isEmpty else { return [] }
    words.removeFirst()
    if let value = Globals.pendingValue(words) {
      return ["config", "runtime-endpoint", "image-endpoint"].contains(value) ? [(":files", "")] : []
    }
    let (globals, rest) = try Globals.parse(words)
    guard let command = rest.first else {
      if start.hasPrefix("-") { return Globals.words.filter { $0.value.hasPrefix(start) } }
      return CRICommand.words.filter { $0.value.hasPrefix(start) }
    }
    if command == "help" { return CRICommand.words.filter { $0.value.hasPrefix(start) } }
    guard let type = CRICommand.subcommand(named: command) else { return [] }
    let tree = CompletionTree(type)
    let client = { try Context(globals, environment: Environment.value).client(within: patience) }
    // A value may stand in the option's own word.
    if start.hasPrefix("--"), let equals = start.firstIndex(of: "=") {
      let (name, value) = (String(start[..<equals]), String(start[start.index(after: equals)...]))
      guard let option = tree.option(name), option.takesValue else { return [] }
      return try await values(option, command, value, client).map {
        $0.value.hasPrefix(":") ? $0 : ("\(name)=\($0.value)", $0.help)
      }
    }
    if let last = rest.dropFirst().last, let option = tree.option(last), option.takesValue {
      return try await values(option, command, start, client)
    }
    if start.hasPrefix("-") {
      let names = (tree.options + [CompletionTree.Option(names: ["--help"], takesValue: false, help: "")])
      return names.flatMap { option in option.names.map { ($0, option.help) } }.filter { $0.0.hasPrefix(start) }
    }
    guard tree.takesWords, let source = CompletionSource.of(nil, command: command) else { return [] }
    return try await source.candidates(start, client)
  }

  private static func values(
    _ option: CompletionTree.Option, _ command: String, _ start: String, _ client: () throws -> Client
  ) async throws -> [(value: String, help: String)] {
    let long = option.names.first { $0.hasPrefix("--") }?.dropFirst(2)
    guard let source = CompletionSource.of(long.map(String.init) ?? "", command: command) else { return [] }
    return try await source.candidates(start, client)
  }

  /// As a shell would, as far as words of ours go: at spaces outside of quotes. The last word is what is being typed.
  static func split(_ line: String) -> [String] {
    var (words, word, quote): ([String], String, Character?) = ([], "", nil)
    var isEscaped = false
    for character in line {
      switch character {
      case _ where isEscaped:
        word.append(character)
        isEscaped = false
      case "\\" where quote != "'": isEscaped = true
      case quote: quote = nil
      case "'" where quote == nil, "\"" where quote == nil: quote = character
      case " " where quote == nil, "\t" where quote == nil:
        if !word.isEmpty { words.append(word) }
        word = ""
      default: word.append(character)
      }
    }
    return words + [word]
  }
}
