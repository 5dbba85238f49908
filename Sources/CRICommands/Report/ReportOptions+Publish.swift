internal import ArgumentParser
internal import CRICommandLine
internal import CRIProtobuf
internal import CRIReport
internal import CRISystem
internal import CRIText

extension ReportOptions {
  /// The time of a check.
  static var now: Timestamp { Timestamp(nanoseconds: Kernel.now) }

  /// What a command does because of a report, before the report is printed to a terminal or a pipe that may be gone.
  typealias Action = (ReportView) throws -> Void

  /// Writes the report in all requested formats, and ends the command with its exit code.
  /// - Parameter action: Called before any file is written, because writing to a pipe without a reader blocks.
  func publish(_ view: ReportView, action: Action? = nil) throws {
    let style = TextStyle(
      isTerminal: Environment.outputIsTerminal, noColor: Environment.value("NO_COLOR"),
      term: Environment.value("TERM"))
    try action?(view)
    let isWritten = write(view)
    var code = format.exitCode(view.verdict)
    do throws(Errno) {
      try StandardStream.output.write(shown(view, style))
    } catch {
      reportUnwritable(error)
      // A reader that closes its pipe has seen enough, and the exit code still gives the verdict. If the terminal is
      // gone, the action has already been taken.
      let isGone = error == .brokenPipe || action != nil && error == .inputOutput
      if code == 0, !isGone { code = ExitCodes.unreachable.rawValue }
    }
    // A file that could not be written is neither a loss nor a success.
    if code == 0, !isWritten { code = ExitCodes.unreachable.rawValue }
    if code != 0 { throw ExitCode(code) }
  }

  /// Runs a check. If it has no verdict, each requested report says so, because readers must not mistake an earlier
  /// report for this one.
  /// - Parameters:
  ///   - name: The check, `verify` or `preflight`.
  ///   - onlyWarns: Whether the exit code is 0 even without a verdict, except for a usage error. Evaluated after the
  ///   check.
  ///   - action: Called before anything is written, with a verdict or without.
  func report(
    _ name: ReportCheck, onlyWarns: @autoclosure () -> Bool = false, action: Action? = nil,
    _ check: () async throws -> ReportView
  ) async throws {
    Interrupt.catchBrokenPipes()
    let view: ReportView
    do {
      view = try await check()
    } catch {
      // A system error, such as a closed standard error, must not end with the exit code for a loss.
      let systemError = (error as? Errno).map { Failure(.unreachable, "\(name) could not be completed: \($0)") }
      guard let error = error as? Failure ?? systemError else { throw error }
      let failure = Failure(error.code.unverified, error.message)
      let view = ReportView(
        failed: name, reason: failure.message, exitCode: failure.code.rawValue, checked: Self.now,
        node: Kernel.names.node)
      try action?(view)
      _ = write(view)
      if isDocument {
        do throws(Errno) { try StandardStream.output.write(shown(view, .plain)) } catch { reportUnwritable(error) }
      }
      guard format == .nagios || onlyWarns() && failure.code != .usage else { throw failure }
      try? StandardStream.error.write(failure.line)
      if format != .nagios || onlyWarns() { return }
      throw ExitCode(format.exitCode(view.verdict))
    }
    try publish(view, action: action)
  }

  /// The report for standard output. On a terminal, control characters in names must not take effect; files and pipes
  /// receive the exact names, which Prometheus allows.
  private func shown(_ view: ReportView, _ style: TextStyle) -> String {
    let text = format.text(view, style: style)
    // The table escapes names itself and adds colours.
    return format != .table && Environment.outputIsTerminal ? Sanitizer.visibleLines(text) : text
  }

  private func reportUnwritable(_ error: Errno) {
    try? StandardStream.error.write(Failure(.failed, "cannot write the report to standard output: \(error)").line)
  }

  /// - Returns: Whether all files could be written; each failure is printed to standard error.
  private func write(_ view: ReportView) -> Bool {
    var isWritten = true
    for file in targets {
      do throws(FileError) {
        try file.write(view)
      } catch {
        isWritten = false
        let isWhole = error != .outputTimedOut && error != .system(.interrupted)
        let cause = "\(file.path) cannot be written: \(error)\(isWhole ? "; its previous content is unchanged" : "")"
        try? StandardStream.error.write(Failure(.usage, cause).line)
      }
    }
    return isWritten
  }
}
