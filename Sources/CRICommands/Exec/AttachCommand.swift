internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIJSON
internal import CRIStreaming
internal import CRISystem

struct AttachCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration.subcommand(
    "attach", abstract: "Attach to a running container.",
    discussion: """
      The command prints what the container writes from now on. With -i, standard input goes to the container, which \
      must have been created with stdin; with -t, its terminal is used, so it must have been created with tty. When \
      standard input ends, the session ends as soon as the container has written nothing for one second (after \
      10 seconds at the latest), unless the container was created with stdin_once.

      Exit codes: the container's own if it exits; 0 if the session ends while the container is still running; 125 for \
      a failure.
      """)

  @Flag(name: [.customShort("i"), .customLong("stdin")], help: "Pass standard input to the container.")
  var stdin = false

  @Flag(name: [.customShort("t"), .long], help: "Use the container's terminal.")
  var tty = false

  @Option(
    help: ArgumentHelp(
      "With -it: the keys that end the session and leave the container running; \"\" for none.", valueName: "keys"))
  var detachKeys = DetachKeys.standard

  @OptionGroup(title: "Streaming") var stream: StreamOptions

  @Argument(
    help: ArgumentHelp(
      "The ID of the container, a unique prefix, or a name in any form that cri exec accepts.", valueName: "container"))
  var container: String

  func validate() throws {
    if container.isEmpty {
      throw ValidationError(Crictl.words("ID cannot be empty", or: "the ID of the container is empty"))
    }
    if !detachKeys.isEmpty, DetachKeys(detachKeys) == nil {
      throw ValidationError("--detach-keys \(detachKeys): specify keys such as ctrl-p,ctrl-q")
    }
  }

  func run() async throws {
    if stdin, tty, !Terminal.isAttached {
      throw Failure(.usage, "standard input is not a terminal; omit -t, or run attach in a terminal")
    }
    let context = try Context()
    let client = context.bulkClient()
    let word = container
    do {
      guard word.contains("/") else { return try await attach(word, client, context) }
      try await attach(try await SessionTarget.named(word, client).id, client, context)
    } catch let error as RPCError {
      guard error.isNotFound, !word.contains("/") else {
        throw Failure(error, about: "container \(word)", client.endpoint)
      }
      let id = try await SessionTarget.named(word, client).id
      do { try await attach(id, client, context) } catch let error as RPCError {
        throw Failure(error, about: "container \(word)", client.endpoint)
      }
    }
  }

  private func attach(_ id: String, _ client: Client, _ context: Context) async throws {
    let subject = "container \(ShortID.of(id))"
    let streams = RemoteCommandStreams(stdin: stdin, terminal: tty)
    let request = AttachRequest(
      containerID: id, stdin: streams.stdin, tty: streams.terminal, stdout: streams.stdout, stderr: streams.stderr)
    let session: Session
    do {
      session = try await Session.open(
        streams, options: try stream.options(context), refused: { StreamOptions.note($0, context) }
      ) { try await client.runtime.attach(request).url }
    } catch let error as StreamingError {
      throw Failure(error, about: subject)
    }
    StreamOptions.note(session, context)
    let keys = tty && stdin ? DetachKeys(detachKeys) : nil
    var outcome = SessionOutcome(subject: subject, command: [], timeLimit: nil)
    if stdin, await !Self.survivesEndOfInput(id, client) { outcome.quiet = OutputIdleWait() }
    guard var code = try await outcome.run(session, streams, keys, nil) else { return }
    // The session itself does not report the container's exit code.
    if code == 0 { code = try await Self.exitCode(id, client) }
    if code != 0 { throw ExitCode(code) }
  }

  /// Whether the session continues after the end of its input, according to containerd. Other runtimes do not report
  /// this.
  private static func survivesEndOfInput(_ id: String, _ client: Client) async -> Bool {
    let request = ContainerStatusRequest(containerID: id, verbose: true)
    guard let info = try? await client.runtime.containerStatus(request).info["info"] else { return false }
    let config = StatusDocument.value(ofInfo: info)["config"]
    return config?["stdin_once"] == true && config?["tty"] != true
  }

  /// The container's exit code if it has exited; 0 if it is still running.
  /// - Throws: A failure if the runtime does not report the container's state.
  static func exitCode(_ id: String, _ client: Client) async throws(Failure) -> Int32 {
    // The session ends when the container closes its output, which is just before the runtime notices its exit.
    for _ in 0..<20 {
      let status: ContainerStatus?
      do throws(RPCError) {
        status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
      } catch {
        throw Failure(
          .sessionFailed, "container \(ShortID.of(id)): the session has ended, but its exit code is unknown: \(error)")
      }
      if let status, status.state == .exited {
        return Int32(UInt8(exactly: status.exitCode) ?? UInt8(ExitCodes.sessionFailed.rawValue))
      }
      await pause(.milliseconds(50))
    }
    return 0
  }
}
