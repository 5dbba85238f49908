internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// Completes a command line for a shell, with options of `cri` and with names from the runtime.
enum Completer {
  /// The timeout: a runtime that hangs must not hang the shell.
  private static let timeout = Duration.seconds(1)

  /// A candidate that asks the shell to complete file names.
  static let files = ":files"

  /// - Parameter words: The line up to the cursor, beginning with the command's name; for bash, also the end of the
  ///   line that is replaced.
  static func printCandidates(_ words: [String]) async throws {
    let line = words.first ?? ""
    let found = (try? await candidates(line)) ?? []
    try StandardStream.output.write(lines(found, line, current: words.dropFirst().first).map { $0 + "\n" }.joined())
  }

  private static func lines(_ found: [(value: String, help: String)], _ line: String, current: String?) -> [String] {
    let found = found.map { (value: Sanitizer.visible($0.value), help: Sanitizer.visible($0.help)) }
    guard let current else { return found.map { $0.help.isEmpty ? $0.value : "\($0.value)\t\($0.help)" } }
    guard let word = BashWord(line, current: current) else { return [] }
    return found.compactMap { $0.value == files ? files : word.text($0.value) }
  }

  static func candidates(_ line: String) async throws -> [(value: String, help: String)] {
    var words = ShellLine(line).words
    guard let start = words.popLast(), !words.isEmpty else { return [] }
    words.removeFirst()
    if let option = Globals.pendingValue(words) { return try await global(option, start) }
    let (globals, rest) = try Globals.parse(words)
    // A value may be part of the option's word.
    let inline = start.hasPrefix("--") ? start.firstIndex(of: "=") : nil
    let name = inline.map { String(start[..<$0]) }
    let value = inline.map { String(start[start.index(after: $0)...]) } ?? start
    guard let word = rest.first else {
      if let name { return prefixed(name, try await global(Globals.pendingValue([name]) ?? "", value)) }
      return (start.hasPrefix("-") ? Globals.candidates : CRICommand.candidates).filter { $0.value.hasPrefix(start) }
    }
    if word == "help" { return CRICommand.candidates.filter { $0.value.hasPrefix(start) } }
    guard let type = CRICommand.subcommand(named: word) else { return [] }
    let (command, tree) = (type._commandName, CommandOptions(type))
    let client = { try Context(globals, environment: Environment.value).client(within: timeout) }
    if let name {
      guard let option = tree.option(name), option.takesValue else { return [] }
      return prefixed(name, try await values(option, command, value, client))
    }
    if let last = rest.dropFirst().last, let option = tree.pending(last) {
      return notOptions(try await values(option, command, start, client))
    }
    if start.hasPrefix("-") {
      let names = (tree.options + [CommandOptions.Option(names: ["--help"], takesValue: false, help: "")])
      return names.flatMap { option in option.names.map { ($0, option.help) } }.filter { $0.0.hasPrefix(start) }
    }
    let given = tree.arguments(of: rest.dropFirst())
    guard tree.takesWord(after: given.count), let source = CompletionSource.ofArgument(command, after: given) else {
      return []
    }
    let found = notOptions(try await source.candidates(start, client))
    return found.filter { candidate in !given.contains { source.isGiven(candidate.value, $0) } }
  }

  private static func global(_ option: String, _ start: String) async throws -> [(value: String, help: String)] {
    // The values of global options do not come from the runtime.
    try await CompletionSource.ofGlobal(option)?.candidates(start) { throw Failure(.failed, option) } ?? []
  }

  private static func prefixed(
    _ option: String, _ found: [(value: String, help: String)]
  ) -> [(value: String, help: String)] {
    found.map { $0.value == files ? $0 : ("\(option)=\($0.value)", $0.help) }
  }

  /// Drops values that begin with a dash, because they would be parsed as options, and those with white space that fish
  /// skips without quotes, such as U+3000: the rest of the word could begin with a dash.
  private static func notOptions(_ found: [(value: String, help: String)]) -> [(value: String, help: String)] {
    found.filter { candidate in
      let scalars = candidate.value.unicodeScalars
      return candidate.value.first != "-" && scalars.first?.properties.isWhitespace != true
        && !scalars.contains { !$0.isASCII && $0.properties.isWhitespace }
    }
  }

  private static func values(
    _ option: CommandOptions.Option, _ command: String, _ start: String, _ client: () throws -> Client
  ) async throws -> [(value: String, help: String)] {
    let long = option.names.first { $0.hasPrefix("--") }?.dropFirst(2) ?? ""
    let declared = option.values.isEmpty ? nil : CompletionSource.values(option.values)
    guard let source = CompletionSource.of(String(long), command: command, value: start) ?? declared else { return [] }
    return try await source.candidates(start, client)
  }
}
