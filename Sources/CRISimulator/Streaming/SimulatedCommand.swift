internal import CRIStreaming

/// A command in a simulated container: a few programs and a small shell, which only pretend to run.
///
/// The programs are `true`, `false`, `echo`, `exit N`, `cat`, `sleep SECONDS`, `yes` (a megabyte), `size` (prints the
/// size of the terminal on every change), `hang`, `drop` (the connection is lost) and `sh`, which takes its commands
/// from `-c` or reads them from its input.
struct SimulatedCommand: ServedCommand {
  private enum Mode: Hashable, Sendable { case idle, cat, shell, size, hanging, over }

  /// The maximum length in bytes of a line that the shell reads; a longer line ends the shell.
  private static let maximumLineLength = 64 << 10

  private let arguments: [String]
  /// A terminal has one output for both streams.
  private let errorOutput: RemoteOutput
  private var mode = Mode.idle
  /// The commands of a shell that have not been run yet.
  private var statements: [[String]] = []
  private var line: [UInt8] = []
  private var readsLines = false
  private var status: UInt8 = 0
  private let endsWithInput: Bool

  /// - Parameter endsWithInput: Whether the session ends at the end of its input regardless of what the command is
  ///   doing, as `attach` sessions do in containerd.
  init(_ arguments: [String], hasTerminal: Bool = false, endsWithInput: Bool = false) {
    self.arguments = arguments
    self.endsWithInput = endsWithInput
    errorOutput = hasTerminal ? .stdout : .stderr
  }

  mutating func start() -> [ServedAction] {
    if arguments.first == "sh" {
      if arguments.count > 2, arguments[1] == "-c" {
        statements = Self.split(arguments[2])
      } else {
        readsLines = true
      }
      return proceed()
    }
    guard let name = arguments.first, Self.programs.contains(name) else { return [.finish(missing)] }
    statements = [arguments]
    return proceed()
  }

  mutating func receive(_ input: [UInt8]) -> [ServedAction] {
    switch mode {
    case .cat: return [.output(.stdout, input)]
    case .shell:
      line += input
      while let end = line.firstIndex(where: { $0 == 10 || $0 == 13 }) {
        statements += Self.split(String(decoding: line[..<end], as: UTF8.self))
        line.removeSubrange(...end)
      }
      if line.count > Self.maximumLineLength { return [.drop] }
      return proceed()
    case .idle, .size, .hanging, .over: return []
    }
  }

  mutating func endOfInput() -> [ServedAction] {
    if endsWithInput {
      mode = .over
      return [.finish(.exited(status: 0))]
    }
    switch mode {
    case .cat: return proceed()
    case .shell:
      readsLines = false
      return proceed()
    case .idle, .size, .hanging, .over: return []
    }
  }

  mutating func resize(_ size: TerminalSize) -> [ServedAction] {
    mode == .size ? [.output(.stdout, Array("\(size.width)x\(size.height)\r\n".utf8))] : []
  }

  mutating func timeIsOver() -> [ServedAction] { mode == .over ? [] : proceed() }

  // MARK: Running

  private static let programs: Set = [
    "true", "false", "echo", "exit", "cat", "sleep", "yes", "size", "hang", "drop",
  ]

  private static func split(_ script: String) -> [[String]] {
    script.split(whereSeparator: { $0 == ";" || $0.isNewline }).map { statement in
      statement.split(separator: " ").map { $0.filter { $0 != "'" && $0 != "\"" } }
    }.filter { !$0.isEmpty }
  }

  /// What runc reports.
  private var missing: CommandResult {
    let reason =
      "exec: \"\(arguments.first ?? "")\": executable file not found in $PATH: unknown"
    let message =
      "error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: "
      + "exec failed: unable to start container process: \(reason)"
    return .failed(RemoteStatus(message: message, reason: "InternalError", code: 500))
  }

  /// Runs statements until one has to wait.
  private mutating func proceed() -> [ServedAction] {
    mode = .idle
    var actions: [ServedAction] = []
    while mode == .idle, !statements.isEmpty {
      var words = statements.removeFirst()
      let isError = words.last == ">&2"
      if isError { words.removeLast() }
      actions += run(words, isError ? errorOutput : .stdout)
    }
    guard mode == .idle else { return actions }
    if readsLines {
      mode = .shell
      return actions
    }
    mode = .over
    return actions + [.finish(.exited(status: status))]
  }

  private mutating func run(_ words: [String], _ output: RemoteOutput) -> [ServedAction] {
    let argument = words.dropFirst().first ?? ""
    status = 0
    switch words.first ?? "" {
    case "true": return []
    case "false": status = 1
    case "echo": return [.output(output, Array((words.dropFirst().joined(separator: " ") + "\n").utf8))]
    case "exit":
      mode = .over
      return [.finish(.exited(status: UInt8(argument) ?? 0))]
    case "cat": mode = .cat
    case "sleep":
      mode = .hanging
      return [.wait(Faults.duration(argument) ?? .zero)]
    case "yes": return [.output(output, Array(repeatElement([121, 10], count: 1 << 19).joined()))]
    case "size": mode = .size
    case "hang": mode = .hanging
    case "drop":
      mode = .over
      return [.drop]
    default:
      status = 127
      return [.output(errorOutput, Array("sh: \(words.first ?? ""): not found\n".utf8))]
    }
    return []
  }
}
