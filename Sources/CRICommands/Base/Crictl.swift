internal import ArgumentParser
internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// Help and usage errors in crictl's form. They are used only if a `CrictlBehaviour` is active.
enum Crictl {
  /// The exit code of crictl for an unknown command.
  private static let unknownCommand: Int32 = 3

  /// The commands of `cri` that crictl does not have; they keep their exit codes.
  private static let additions: Set<Subcommand> = [
    .preflight, .snapshot, .diff, .verify, .wait, .guard, .net, .rules, .top, .cp, .debug, .doctor,
  ]

  /// The version of crictl whose behaviour this program has under its name.
  static let version = "v1.36.0"

  /// The commands that print their help if they are given fewer arguments than this.
  private static let requiredArguments: [Subcommand: Int] = [
    .completion: 1, .config: 1, .create: 3, .exec: 2, .portForward: 2, .rm: 1, .rmi: 1, .rmp: 1, .run: 2, .runp: 1,
    .stopp: 1,
  ]

  /// Returns the exit code to use in place of one of `cri`'s.
  static func exitCode(_ code: Int32, _ arguments: [String]) -> Int32 {
    guard code != 0, CrictlBehaviour.oneExitCode.isActive else { return code }
    guard let word = (try? Globals.parse(arguments))?.rest.first, !word.hasPrefix("-"), word != "help" else {
      return ExitCodes.failed.rawValue
    }
    guard let command = Subcommand(word: word) else { return unknownCommand }
    return additions.contains(command) ? code : ExitCodes.failed.rawValue
  }

  /// Begins a help text as crictl does.
  /// - Parameter words: The command line without the global options.
  static func help(_ text: String, _ words: [String]) -> String {
    guard CrictlBehaviour.helpNames.isActive else { return text }
    let word = words.first == "help" ? words.dropFirst().first : words.first
    guard let command = word.flatMap(Subcommand.init(word:)) else {
      return "NAME:\n   crictl - client for CRI\n\n\(text)"
    }
    let configuration = command.type.configuration
    return "NAME:\n   crictl \(command.declaredNames[0]) - \(configuration.abstract)\n\n\(text)"
  }

  /// Explains a usage error as crictl does.
  /// - Parameters:
  ///   - message: The error from ArgumentParser.
  ///   - words: The command line without the global options.
  /// - Returns: The exit code; nil if crictl has no special form for the error.
  static func explain(_ message: String, _ words: [String]) throws -> Int32? {
    let command = words.first.flatMap(Subcommand.init(word:))
    func help() -> String {
      Self.help(Program.named(CRICommand.helpMessage(for: command?.type ?? CRICommand.self)), words)
    }
    if let option = unknownOption(message), CrictlBehaviour.helpAfterError.isActive {
      let error = Sanitizer.visible("flag provided but not defined: -\(option.drop { $0 == "-" })")
      try StandardStream.output.write("Incorrect Usage: \(error)\n\n\(help())\n")
      try StandardStream.error.write(Failure(.usage, error).line)
      return ExitCodes.failed.rawValue
    }
    guard let command, CrictlBehaviour.helpInsteadOfError.isActive else { return nil }
    let count = words.dropFirst().count { !$0.hasPrefix("-") }
    let isMissing = requiredArguments[command].map { count < $0 && (count > 0 || $0 > 1 || words.count == 1) } ?? false
    guard isMissing || message.contains("nexpected argument") else { return nil }
    try StandardStream.output.write("\(help())\n")
    return ExitCodes.done.rawValue
  }

  /// The option in ArgumentParser's error about an unknown option; nil for another error.
  private static func unknownOption(_ message: String) -> Substring? {
    guard message.hasPrefix("Unknown option"), let start = message.firstIndex(of: "'") else { return nil }
    return message[message.index(after: start)...].prefix { $0 != "'" }
  }

  /// A message in crictl's wording, or in that of `cri`.
  static func words(_ crictl: String, or cri: String) -> String {
    CrictlBehaviour.errorTexts.isActive ? crictl : cri
  }

  /// Reports an empty selection as crictl does, and ends the command after printing its help.
  /// - Parameter noun: The kind of object.
  static func endWithEmptySelection(_ noun: String) throws {
    guard CrictlBehaviour.emptySelection.isActive else { return }
    try StandardStream.error.write(Failure(.done, "No IDs provided or nothing found per filter").line)
    let command: Subcommand = noun == "pod" ? .inspectp : noun == "image" ? .inspecti : .inspect
    throw CleanExit.helpRequest(command.type)
  }
}
