package import ArgumentParser
internal import CRICommandLine
internal import CRIReport
internal import CRISystem
internal import CRIText

/// The command `cri` with its subcommands. Its global options are `Globals`.
package struct CRICommand: AsyncParsableCommand {
  package static let version = "0.1.0"

  /// The program's name and version, as snapshots record them.
  static let tool = "cri \(version)"

  /// The output of `--version`.
  static var versionLine: String {
    if CrictlBehaviour.version.isActive { return "crictl version \(Crictl.version) (cri \(version))" }
    return Program.name == "cri" ? "cri \(version)" : "\(Program.name) version \(version)"
  }

  package static let configuration = CommandConfiguration(
    commandName: Program.name,
    abstract: "Inspect a container runtime, and prove that a restart or an upgrade lost nothing.",
    discussion: Globals.help,
    version: versionLine,
    groupedSubcommands: Subcommand.groups.map { group in
      CommandGroup(name: group.name, subcommands: group.subcommands.map(\.type))
    })

  package init() {}

  static func subcommand(named word: String) -> (any AsyncParsableCommand.Type)? {
    Subcommand(word: word)?.type
  }

  /// The subcommands with their abstracts.
  static var candidates: [(value: String, help: String)] {
    Subcommand.allCases.map { ($0.rawValue, $0.type.configuration.abstract) } + [("help", "")]
  }
}

/// Parses and runs a command line.
/// - Returns: The exit code.
package func runCommandLine(_ arguments: [String]) async -> Int32 {
  do throws(Failure) {
    let (globals, rest) = try Globals.parse(arguments)
    guard let trace = try CommandTrace(globals, rest) else {
      return Crictl.exitCode(await execute(globals, rest, arguments), arguments)
    }
    return await trace.run { Crictl.exitCode(await execute(globals, rest, arguments), arguments) }
  } catch {
    return Crictl.exitCode(printFailure(error, arguments), arguments)
  }
}

private func execute(_ globals: Globals, _ rest: [String], _ arguments: [String]) async -> Int32 {
  var words = rest
  do {
    installOutOfMemoryHandler(code: exitCode(.overLimit, words))
    if rest.isEmpty, !arguments.isEmpty {
      throw Failure(.usage, "no command after \(arguments.joined(separator: " ")) (see: cri --help)")
    }
    if rest.first == CompletionScript.command {
      try await Completer.printCandidates(Array(rest.dropFirst()))
      return ExitCodes.done.rawValue
    }
    if !globals.ignored.isEmpty {
      try StandardStream.error.write(
        "cri: ignored \(globals.ignored.joined(separator: ", ")): only crictl supports this\n")
    }
    // crictl's short options for help and version; some subcommands use -v themselves.
    // A dictionary would make the Swift runtime search the conformances of the whole program.
    switch rest.first {
    case "h": words[0] = "help"
    case "-v": words[0] = "--version"
    default: break
    }
    if words == ["--version"] {
      // ArgumentParser would read the declarations of all subcommands first, which takes most of the time.
      try StandardStream.output.write(Program.named(CRICommand.versionLine) + "\n")
      return ExitCodes.done.rawValue
    }
    if rest.first.flatMap(CRICommand.subcommand) != nil {
      let own = rest.first == "exec" ? GoSpelling.terminated(rest, CRICommand.subcommand) : rest
      words = GoSpelling.normalized(own, CRICommand.subcommand)
    }
    if var command = parse(words) ?? parse(GoSpelling.respelled(words, CRICommand.subcommand)) {
      return try await Globals.$current.withValue(globals) {
        try await command.run()
        return ExitCodes.done.rawValue
      }
    }
    if words.first == "help", let word = words.dropFirst().first, CRICommand.subcommand(named: word) == nil {
      throw unknownCommand(word)
    }
    // The root command produces the help and the usage errors.
    var command = try CRICommand.parseAsRoot(words)
    try command.run()
    return ExitCodes.done.rawValue
  } catch let failure as Failure {
    return printFailure(failure, words)
  } catch let code as ExitCode {
    return code.rawValue
  } catch let error as Errno {
    if error == .noMemory { return printFailure(.noThread, words) }
    try? StandardStream.error.write("cri: cannot write to standard output: \(error)\n")
    return exitCode(.failed, words)
  } catch {
    // This is an error of ArgumentParser's own, such as a request for help from a subcommand's `run`.
    return (try? printExplanation(error, words)) ?? ExitCodes.failed.rawValue
  }
}

/// Parses a subcommand's arguments directly. Through the root command, its declaration would be read four times, which
/// would take longer than the call to the runtime.
/// - Returns: nil if the arguments need the root command: for help and usage errors.
private func parse(_ words: [String]) -> (any AsyncParsableCommand)? {
  func read<Command: AsyncParsableCommand>(_ type: Command.Type) -> Command? {
    (try? type.parseAsRoot(Array(words.dropFirst()))) as? Command
  }
  guard let word = words.first, let type = CRICommand.subcommand(named: word) else { return nil }
  return read(type)
}

/// Prints help and versions to standard output, and a usage error as one line to standard error.
private func printExplanation(_ error: any Error, _ words: [String]) throws -> Int32 {
  if CRICommand.exitCode(for: error) == .success {
    try StandardStream.output.write(Crictl.help(Program.named(CRICommand.fullMessage(for: error)), words) + "\n")
    return ExitCodes.done.rawValue
  }
  if let code = try Crictl.explain(CRICommand.message(for: error), words) { return code }
  let command = words.first.flatMap(CRICommand.subcommand).map { " \($0._commandName)" }
  let message = line(CRICommand.message(for: error)) ?? "\(error)"
  if let word = words.first, command == nil, !word.hasPrefix("-"), word != "help" {
    return printFailure(unknownCommand(word), words)
  }
  let misplaced = words.dropFirst().first { message.contains("'\($0)'") && Globals.isOption($0) }
  let remedy = misplaced.map { "specify \($0) before the subcommand" } ?? "see: cri\(command ?? "") --help"
  return printFailure(Failure(.usage, "\(message) (\(remedy))"), words)
}

/// Prints one line to standard error. For Nagios, which would interpret exit code 2 as a loss, also prints a line to
/// standard output. An error that keeps `guard` from running is also written to the journal, because its terminal may
/// be gone.
private func printFailure(_ failure: Failure, _ words: [String]) -> Int32 {
  CommandTrace.current?.note(Program.named(failure.message))
  try? StandardStream.error.write(failure.line)
  if words.first == Subcommand.guard.rawValue {
    SystemLog().write(Sanitizer.visible("guard: \(failure.message)"), level: .warning)
  }
  guard let check = words.first.flatMap(ReportCheck.init(rawValue:)), ReportOptions.isForNagios(words) else {
    return exitCode(failure.code, words)
  }
  let view = ReportView(
    failed: check, reason: failure.message, exitCode: failure.code.rawValue, checked: ReportOptions.now)
  try? StandardStream.output.write(ReportFormat.nagios.text(view))
  return ReportFormat.nagios.exitCode(view.verdict)
}

/// The exit code of a failure. Those of `exec` and `attach` must not look like the exit code of the command.
private func exitCode(_ code: ExitCodes, _ words: [String]) -> Int32 {
  let ownsCodes = ["exec", "attach", "debug"].contains(words.first)
  return ownsCodes ? max(code.rawValue, ExitCodes.sessionFailed.rawValue) : code.rawValue
}

private func unknownCommand(_ word: String) -> Failure {
  let nearest = word.nearest(among: CRICommand.candidates.map(\.value)).map { "; did you mean \($0)?" } ?? ""
  return Failure(.usage, "unknown command \(word)\(nearest) (see: cri --help)")
}

/// The first line of the help for a missing subcommand, or a list of choices in one line.
private func line(_ message: String) -> String? {
  let lines = message.split(separator: "\n")
  guard let first = lines.first, first.hasSuffix(":") else { return lines.first.map(String.init) }
  let choices = lines.dropFirst().map { $0.drop { $0 == " " || $0 == "-" } }
  return "\(first) \(choices.joined(separator: ", "))"
}
