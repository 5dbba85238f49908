internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem

/// Runs a session on the standard streams, and turns its end into an exit code or a failure.
struct SessionOutcome: Sendable {
  /// The exit code of a process that was killed by a signal is this number plus the signal's number.
  static let signalBase: Int32 = 128
  /// What a shell reports for a program that wrote to a pipe without a reader: SIGPIPE is signal 13.
  private static let brokenPipe: Int32 = 141

  let subject: String
  /// Empty for `attach`.
  let command: [String]
  /// The value of `--timeout`, for the error message.
  let timeLimit: Duration?
  /// Delays the end of the input; nil to send it immediately.
  var quiet: OutputIdleWait?

  /// Whether the command may continue after the session.
  var canOutliveSession = true

  /// - Parameter rest: The time that is left for the session; nil for no limit.
  /// - Returns: The exit code; nil if the user has detached.
  func run(
    _ session: Session, _ streams: RemoteCommandStreams, _ keys: DetachKeys?, _ rest: Duration?
  ) async throws -> Int32? {
    let signals = try SignalWatch(watchesTerminalSize: streams.terminal)
    let run = SessionRun(
      session: session, streams: streams, detachKeys: keys, signals: signals, timeLimit: rest.map { max($0, .zero) },
      quiet: quiet)
    return try code(of: try await Self.run(run))
  }

  /// Restores the terminal before anything is printed about the end.
  private static func run(_ run: SessionRun) async throws -> SessionEnd {
    guard run.streams.terminal else { return try await run.run() }
    SessionRun.resize(run.session)
    guard run.streams.stdin else { return try await run.run() }
    let terminal = try RawTerminal()
    let end: Result<SessionEnd, any Error>
    do { end = .success(try await run.run()) } catch { end = .failure(error) }
    _ = consume terminal
    return try end.get()
  }

  private func code(of end: SessionEnd) throws -> Int32? {
    switch end {
    case .result(.exited(let status)): return Int32(status)
    case .result(.failed(let status)): throw ExecFailure.failure(status, subject, command)
    case .result(.unreported(let version)):
      throw Failure(
        .sessionFailed, "\(subject): the session ended, but \(version.rawValue) reports no exit status; try --sync")
    case .failed(let error): throw Failure(error, about: subject)
    case .detached:
      try StandardStream.error.write(Failure(.done, "detached from \(subject)").line)
      return nil
    case .interrupted(let signal):
      let rest = canOutliveSession ? "; the command may still be running" : ""
      let line = "\(subject): interrupted by \(signal.name)\(rest)"
      try? StandardStream.error.write(Failure(.done, line).line)
      return Self.signalBase + signal.number
    case .timedOut:
      let time = timeLimit.map { "\($0)" } ?? "its time"
      throw Failure(
        .sessionFailed, "\(subject): the session did not end within \(time); the command may still be running")
    case .outputClosed: return Self.brokenPipe
    case .outputFailed(let error): throw Failure(.sessionFailed, "cannot write the output: \(error)")
    case .inputFailed(let error):
      throw Failure(.sessionFailed, "cannot read standard input: \(error); the command may still be running")
    }
  }
}
