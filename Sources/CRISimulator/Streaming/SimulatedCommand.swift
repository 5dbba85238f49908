internal import CRIStreaming

/// A command in a simulated container: a few programs and a small shell, which only pretend to run.
///
/// The programs are `true`, `false`, `echo`, `exit N`, `cat`, `sleep SECONDS`, `yes` (a megabyte), `size` (prints the
/// size of the terminal on every change), `hang`, `drop` (the connection is lost) and `sh`, which takes its commands
/// from `-c` or reads them from its input. The shell also has `read`, and `exec "$@"` with an optional `</dev/null`.
struct SimulatedCommand: ServedCommand {
  private enum Mode: Hashable, Sendable { case idle, cat, shell, reading, size, hanging, over }

  /// The maximum length in bytes of a line that the shell reads; a longer line ends the shell.
  private static let maximumLineLength = 64 << 10

  private var arguments: [String]
  /// A terminal has one output for both streams.
  private let errorOutput: RemoteOutput
  private var mode = Mode.idle
  /// The commands of a shell that have not been run yet.
  private var statements: [[String]] = []
  private var line: [UInt8] = []
  private var readsLines = false
  private var isInputOver = false
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
    if isMissing { return [.finish(missing)] }
    load()
    return proceed()
  }

  private var isMissing: Bool { arguments.first.map { $0 != "sh" && !Self.programs.contains($0) } ?? true }

  /// Replaces what the shell would do next by the command in `arguments`.
  private mutating func load() {
    if arguments.first == "sh" {
      if arguments.count > 2, arguments[1] == "-c" {
        statements = Self.split(arguments[2])
      } else {
        readsLines = !isInputOver
      }
    } else {
      statements = [arguments]
    }
  }

  mutating func receive(_ input: [UInt8]) -> [ServedAction] {
    switch mode {
    case .cat: return [.output(.stdout, input)]
    case .shell, .reading:
      line += input
      if mode == .reading, nextLine() == nil { return line.count > Self.maximumLineLength ? [.drop] : [] }
      let actions = proceed()
      return line.count > Self.maximumLineLength ? [.drop] : actions
    case .idle, .size, .hanging, .over: return []
    }
  }

  mutating func endOfInput() -> [ServedAction] {
    if endsWithInput {
      mode = .over
      return [.finish(.exited(status: 0))]
    }
    isInputOver = true
    switch mode {
    case .cat, .shell, .reading: return proceed()
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
    while mode == .idle {
      if statements.isEmpty {
        guard readsLines, let line = nextLine() else { break }
        statements = Self.split(line)
        continue
      }
      var words = statements.removeFirst()
      let isError = words.last == ">&2"
      if isError { words.removeLast() }
      actions += run(words, isError ? errorOutput : .stdout)
    }
    if mode == .cat, !line.isEmpty {
      actions.append(.output(.stdout, line))
      line = []
    }
    guard mode == .idle else { return actions }
    if readsLines, !isInputOver {
      mode = .shell
      return actions
    }
    mode = .over
    return actions + [.finish(.exited(status: status))]
  }

  /// Removes the next line from the input that has been received.
  private mutating func nextLine() -> String? {
    guard let end = line.firstIndex(where: { $0 == 10 || $0 == 13 }) else { return nil }
    defer { line.removeSubrange(...end) }
    return String(decoding: line[..<end], as: UTF8.self)
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
    case "cat": if !isInputOver { mode = .cat }
    case "read": if nextLine() == nil, !isInputOver { mode = .reading }
    case "exec":
      if words.last == "</dev/null" { isInputOver = true }
      arguments = Array(arguments.dropFirst(4))
      if !isMissing {
        load()
        return []
      }
      status = 127
      return [.output(errorOutput, Array("sh: exec: \(arguments.first ?? ""): not found\n".utf8))]
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
