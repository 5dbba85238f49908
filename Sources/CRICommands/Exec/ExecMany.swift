internal import ArgumentParser
internal import CRI
internal import CRICommandLine
internal import CRIStreaming
internal import CRISystem
internal import CRIText

/// Runs a command in several containers in parallel.
struct ExecMany: Sendable {
  /// The number of parallel sessions; more would only wait for the runtime.
  private static let concurrency = 16

  let call: ExecCall
  let isSync: Bool
  let timeLimit: Duration?
  let isQuiet: Bool

  /// - Returns: The exit code: 0 if all commands exit with 0; N if all that failed exit with N; otherwise 1.
  func run(_ containers: [Container]) async throws -> Int32 {
    let pods = try await SessionTarget.all(call.client)
    let names = Dictionary(pods.map { ($0.id, $0.name) }) { first, _ in first }
    let targets = containers.map { (id: $0.id, name: Sanitizer.visible(names[$0.id] ?? ShortID.of($0.id))) }
    let output = try OutputWriter(.output)
    let errors = try OutputWriter(.error)
    let codes: [Int32]
    do {
      codes = try await SignalWatch().interrupting {
        await Concurrency.map(targets, limit: Self.concurrency) { target in
          await run(target.id, target.name, output, errors)
        }
      }
    } catch let end as InterruptedError {
      let line = "interrupted by \(end.signal.name); commands may still be running"
      try? StandardStream.error.write(Failure(.done, line).line)
      return SessionOutcome.signalBase + end.signal.number
    }
    let failed = zip(targets, codes).filter { $0.1 != 0 }
    if !isQuiet {
      let list = failed.map { "\($0.0.name) with \($0.1)" }.joined(separator: ", ")
      let line =
        "\(codes.count) containers: \(codes.count - failed.count) exited with 0" + (list.isEmpty ? "" : "; \(list)")
      try await errors.write(Array(Failure(.done, line).line.utf8))
    }
    guard let first = failed.first?.1 else { return 0 }
    return failed.allSatisfy { $0.1 == first } ? first : 1
  }

  /// - Returns: The exit code of the command, or of the failure that was reported.
  private func run(_ id: String, _ name: String, _ output: OutputWriter, _ errors: OutputWriter) async -> Int32 {
    do {
      return try await runOnce(id, name, output, errors)
    } catch {
      let failure = call.failure(error, name)
      try? await errors.write(Array(failure.line.utf8))
      return failure.code.rawValue >= ExitCodes.sessionFailed.rawValue
        ? failure.code.rawValue : ExitCodes.sessionFailed.rawValue
    }
  }

  private func runOnce(
    _ id: String, _ name: String, _ output: OutputWriter, _ errors: OutputWriter
  ) async throws -> Int32 {
    let prefix = isQuiet ? "" : name
    let start = ContinuousClock.now
    if isSync {
      let response = try await call.runSync(id, timeLimit: timeLimit)
      try await call.printing(name, timeLimit, since: start) {
        for (bytes, writer) in [(response.stdout, output), (response.stderr, errors)] {
          var lines = LinePrefixer(prefix)
          try await writer.write(lines.append(bytes) + lines.end())
        }
      }
      return Int32(UInt8(exactly: response.exitCode) ?? UInt8(ExitCodes.sessionFailed.rawValue))
    }
    let session = try await call.open(id)
    let result = try await call.limited(name, to: timeLimit, since: start) {
      // A session that is cancelled ends immediately, with an error.
      try await withTaskCancellationHandler {
        try await self.result(of: session, prefix, output, errors)
      } onCancel: {
        session.cancel()
      }
    }
    switch result {
    case .exited(let status): return Int32(status)
    case .failed(let status): throw ExecFailure.failure(status, name, call.command)
    case .unreported(let version):
      throw Failure(
        .sessionFailed, "\(name): the session ended, but \(version.rawValue) reports no exit status; try --sync")
    }
  }

  /// Prints the output, and waits for the result. Output that cannot be printed ends the session.
  private func result(
    of session: Session, _ prefix: String, _ output: OutputWriter, _ errors: OutputWriter
  ) async throws -> CommandResult {
    try await withThrowingTaskGroup(of: CommandResult?.self) { group in
      group.addTask {
        try await copy(session.stdout, prefix, output)
        return nil
      }
      group.addTask {
        try await copy(session.stderr, prefix, errors)
        return nil
      }
      group.addTask { try await session.result() }
      defer {
        session.cancel()
        group.cancelAll()
      }
      var result: CommandResult?
      while let next = try await group.next() { result = next ?? result }
      guard let result else { throw StreamingError(.connectionLost, "the session ended without a result") }
      return result
    }
  }

  private func copy(_ source: SessionOutput, _ prefix: String, _ writer: OutputWriter) async throws {
    var lines = LinePrefixer(prefix)
    for await bytes in source {
      let complete = lines.append(bytes)
      if !complete.isEmpty { try await writer.write(complete) }
    }
    let rest = lines.end()
    if !rest.isEmpty { try await writer.write(rest) }
  }
}
