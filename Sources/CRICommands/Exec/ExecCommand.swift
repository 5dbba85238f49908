internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

struct ExecCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "exec", abstract: "Run a command in containers.",
    usage: "cri exec [options] <container> <command> [<argument> ...]\n"
      + "cri exec [selection options] [options] <command> [<argument> ...]",
    discussion: """
      Specify the container by its ID or a unique prefix, its name, the name of a pod with one running container, \
      NAMESPACE/POD, POD/CONTAINER or NAMESPACE/POD/CONTAINER. Options must precede it, because what follows it is the \
      command.

      Exit codes: the command's own (128+N if signal N ended it). 127: the executable does not exist. 126: it cannot be \
      executed. 125: any other failure; the command may still be running if the connection to the runtime was lost. For \
      several containers: 0 if all exit with 0, N if all that failed exit with N, otherwise 1.

      --timeout limits the whole session. Without it, only the time until the command starts is limited.
      """)

  @Flag(name: [.customShort("i"), .long], help: "Pass standard input to the command.")
  var interactive = false

  @Flag(name: [.customShort("t"), .long], help: "Allocate a terminal for the command.")
  var tty = false

  @Flag(
    name: [.customShort("s"), .long], help: "Run the command with one call (ExecSync), and print its output at the end."
  )
  var sync = false

  @Option(
    help: ArgumentHelp("The time limit for the command: seconds, or a duration such as 1m30s.", valueName: "duration"))
  var timeout: String?

  @Option(
    help: ArgumentHelp(
      "With -it: the keys that end the session and leave the command running; \"\" for none.", valueName: "keys"))
  var detachKeys = DetachKeys.standard

  @OptionGroup(title: "Selection options") var selection: ExecSelection

  @Flag(name: [.customShort("q"), .long], help: "With several containers: print neither their names nor a summary.")
  var quiet = false

  @Flag(name: [.customShort("e"), .long], help: "With several containers: exit with 0 even if commands fail.")
  var ignoreErrors = false

  @Flag(
    name: [.customShort("x"), .long],
    help: ArgumentHelp("Has no effect: several containers always run in parallel.", visibility: .hidden))
  var parallel = false

  @OptionGroup(title: "Streaming") var stream: StreamOptions

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("The container and the command.", valueName: "container command"))
  var words: [String] = []

  func validate() throws {
    if let timeout, DurationText.parse(timeout) == nil {
      throw ValidationError("--timeout \(timeout): specify a duration such as 500ms, 2s or 1m30s")
    }
    if !detachKeys.isEmpty, DetachKeys(detachKeys) == nil {
      throw ValidationError("--detach-keys \(detachKeys): specify keys such as ctrl-p,ctrl-q")
    }
    guard let first = words.first else {
      throw ValidationError("no \(selection.isGiven ? "command" : "container") is specified")
    }
    if first.isEmpty { throw ValidationError("the \(selection.isGiven ? "command" : "ID of the container") is empty") }
    guard let name = command.first else {
      throw ValidationError("no command for container \(first); specify one, as in: cri exec -it \(first) sh")
    }
    if !selection.isGiven, name.hasPrefix("-") {
      throw ValidationError("\(name) would be the command; options must precede the container")
    }
  }

  /// The command without the container, and without a `--` between them.
  private var command: [String] {
    let rest = Array(words.dropFirst(selection.isGiven ? 0 : 1))
    return rest.first == "--" ? Array(rest.dropFirst()) : rest
  }

  private var timeLimit: Duration? { timeout.flatMap(DurationText.parse).flatMap { $0 > .zero ? $0 : nil } }

  func run() async throws {
    if sync, interactive || tty {
      // crictl ignores these options without a message.
      let text = "--sync has no input and no terminal, so -i and -t have no effect"
      try StandardStream.error.write(Failure(.done, text).line)
    } else if interactive, tty, !Terminal.isAttached {
      throw Failure(.usage, "standard input is not a terminal; omit -t, or run exec in a terminal")
    }
    let context = try Context()
    let client = timeLimit.map { context.client(within: min($0, context.bulkTimeout)) } ?? context.bulkClient()
    var options = try stream.options(context)
    if let timeLimit { options.setupTimeout = min(options.setupTimeout, timeLimit) }
    let streams = RemoteCommandStreams(stdin: interactive, terminal: tty)
    let call = ExecCall(context: context, client: client, command: command, streams: streams, options: options)
    guard selection.isGiven else { return try await runOne(call, words[0]) }
    let containers = try await selection.query().run(client)
    guard containers.count > 1 else {
      guard let only = containers.first else { throw Failure(.notFound, "no running container matches; see cri ps") }
      return try await runOne(call, only.id)
    }
    if !sync, interactive || tty {
      let names = containers.map { String($0.id.prefix(13)) }.joined(separator: ", ")
      throw Failure(.usage, "-i and -t need one container, but \(containers.count) match: \(names)")
    }
    let many = ExecMany(call: call, isSync: sync, timeLimit: timeLimit, isQuiet: quiet)
    let code = try await many.run(containers)
    if code != 0, !ignoreErrors { throw ExitCode(code) }
  }

  private func runOne(_ call: ExecCall, _ word: String) async throws {
    let start = ContinuousClock.now
    guard !word.contains("/") else { return try await runOne(call, try await resolved(call, word), start) }
    do {
      try await runOne(call, word, start)
    } catch let error as RPCError where error.isNotFound {
      let id = try await resolved(call, word)
      do { try await runOne(call, id, start) } catch let error as RPCError {
        throw call.failure(error, "container \(word)")
      }
    }
  }

  private func resolved(_ call: ExecCall, _ word: String) async throws(Failure) -> String {
    try await SessionTarget.named(word, call.client).id
  }

  /// - Throws: `RPCError` if the container does not exist; all other failures as `Failure`.
  private func runOne(_ call: ExecCall, _ id: String, _ start: ContinuousClock.Instant) async throws {
    let subject = "container \(ShortID.of(id))"
    do {
      if sync { return try await runSync(call, id) }
      let session = try await call.open(id)
      let keys = tty && interactive ? DetachKeys(detachKeys) : nil
      let rest = timeLimit.map { $0 - (.now - start) }
      let code = try await SessionOutcome(subject: subject, command: call.command, timeLimit: timeLimit).run(
        session, call.streams, keys, rest)
      if let code, code != 0 {
        guard CrictlBehaviour.printedExitCode.isActive else { throw ExitCode(code) }
        throw Failure(.sessionFailed, "execing command in container: command terminated with exit code \(code)")
      }
    } catch let error as RPCError
      where error.isNotFound && !id.contains("/") && ExecFailure.code(of: "\(error)") == .sessionFailed
    {
      throw error
    } catch let code as ExitCode {
      throw code
    } catch {
      throw call.failure(error, subject)
    }
  }

  private func runSync(_ call: ExecCall, _ id: String) async throws {
    let start = ContinuousClock.now
    let response = try await call.runSync(id, timeLimit: timeLimit)
    let command = call.command.joined(separator: " ")
    // CRI-O reports a timeout with this exit code and this message.
    let hasTimedOut = response.exitCode == -1 && response.stderr.elementsEqual("command timed out".utf8)
    if CrictlBehaviour.syncOutput.isActive, response.exitCode != 0 {
      if hasTimedOut { throw Failure(.sessionFailed, "command '\(command)' timed out") }
      let errors = String(decoding: response.stderr, as: UTF8.self)
      throw Failure(
        .sessionFailed,
        "execing command in container \(id) synchronously: command '\(command)' exited with \(response.exitCode): \(errors)"
      )
    }
    let (output, errors) = (try OutputWriter(.output), try OutputWriter(.error))
    try await call.printing("container \(ShortID.of(id))", timeLimit, since: start) {
      if CrictlBehaviour.syncOutput.isActive {
        try await output.write(response.stdout + [0x0a] + response.stderr + [0x0a])
      } else {
        try await output.write(response.stdout)
        try await errors.write(response.stderr)
      }
    }
    guard let code = UInt8(exactly: response.exitCode) else {
      if hasTimedOut {
        try StandardStream.error.write("\n")
        throw Failure(.sessionFailed, "command '\(command)' timed out")
      }
      throw Failure(.sessionFailed, "the runtime reports the exit code \(response.exitCode), which no command can have")
    }
    if code != 0 { throw ExitCode(Int32(code)) }
  }
}
