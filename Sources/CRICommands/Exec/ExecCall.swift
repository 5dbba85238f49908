internal import CRI
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

/// The calls by which `exec` runs a command, for any container.
struct ExecCall: Sendable {
  let context: Context
  let client: Client
  let command: [String]
  let streams: RemoteCommandStreams
  let options: StreamingOptions

  /// Opens a session that runs the command.
  /// - Throws: `RPCError`, `StreamingError`.
  func open(_ id: String) async throws -> Session {
    let request = ExecRequest(
      containerID: id, cmd: command, tty: streams.terminal, stdin: streams.stdin || needsOpenInput,
      stdout: streams.stdout, stderr: streams.stderr)
    let context = context
    let session = try await Session.open(streams, options: options, refused: { StreamOptions.note($0, context) }) {
      try await client.runtime.exec(request).url
    }
    StreamOptions.note(session, context)
    return session
  }

  /// Over WebSocket, containerd ends a session with a terminal and without an input before it has sent the output. An
  /// input that is never used makes no difference to the command, because a terminal always has one.
  private var needsOpenInput: Bool { streams.terminal && options.transport == .only(.webSocket) }

  /// Runs the command, waits until it exits, and returns its output.
  /// - Parameter timeLimit: The time after which the runtime kills the command; nil for none.
  func runSync(_ id: String, timeLimit: Duration?) async throws(RPCError) -> ExecSyncResponse {
    var request = ExecSyncRequest(containerID: id, cmd: command)
    guard let timeLimit else { return try await context.clientWithoutTimeout().runtime.execSync(request) }
    // The runtime counts whole seconds, and 0 stands for no limit.
    let (seconds, attoseconds) = timeLimit.components
    request.timeout = seconds + (attoseconds > 0 ? 1 : 0)
    // The runtime itself reports that the time has expired; the additional time is for its response.
    let time = Duration.seconds(request.timeout) + context.callTimeout
    return try await client.runtime.execSync(request, options: .within(time))
  }

  /// Waits for a body that ends when its task is cancelled.
  /// - Parameters:
  ///   - subject: The container, for the error message.
  ///   - start: When the time limit began.
  ///   - minimum: The time that the body has in any case.
  /// - Throws: A failure if the time limit ends first.
  func limited<T: Sendable>(
    _ subject: String, to timeLimit: Duration?, since start: ContinuousClock.Instant, atLeast minimum: Duration = .zero,
    _ body: @escaping @Sendable () async throws -> T
  ) async throws -> T {
    guard let timeLimit else { return try await body() }
    return try await withThrowingTaskGroup(of: T?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        await pause(max(minimum, timeLimit - (.now - start)))
        return nil
      }
      defer { group.cancelAll() }
      if let result = try await group.next() ?? nil { return result }
      throw Failure(
        .sessionFailed, "\(subject): the session did not end within \(timeLimit); the command may still be running")
    }
  }

  /// Prints the output of a command that has ended. Its reader has a second even if the command has used up the time
  /// limit.
  func printing(
    _ subject: String, _ timeLimit: Duration?, since start: ContinuousClock.Instant,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await limited(subject, to: timeLimit, since: start, atLeast: .seconds(1), body)
  }

  /// The failure of a call or a session, with the exit codes of docker and podman.
  func failure(_ error: any Error, _ subject: String) -> Failure {
    switch error {
    case let failure as Failure: return failure
    case let error as StreamingError: return Failure(error, about: subject)
    case let error as RPCError:
      if let status = error.status, ExecFailure.code(of: status.message) != .sessionFailed {
        return ExecFailure.failure(status.message, subject, command)
      }
      return Failure(error, about: subject, client.endpoint)
    default: return Failure(.sessionFailed, "\(subject): \(error)")
    }
  }
}
