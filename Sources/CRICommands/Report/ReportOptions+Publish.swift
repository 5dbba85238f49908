internal import ArgumentParser
internal import CRICommandLine
internal import CRIProtobuf
internal import CRIReport
internal import CRISystem
internal import CRIText

extension ReportOptions {
  /// The time of a check.
  static var now: Timestamp { Timestamp(nanoseconds: Kernel.now) }

  /// Writes the report in every format that was asked for, and ends the command with what it comes to.
  func publish(_ view: ReportView) throws {
    let style = TextStyle(
      isTerminal: Environment.outputIsTerminal, noColor: Environment.value("NO_COLOR"),
      term: Environment.value("TERM"))
    let isWritten = write(view)
    do throws(Errno) {
      try StandardStream.output.write(format.text(view, style: style))
    } catch {
      throw Failure(.unreachable, "the verdict could not be told: standard output: \(error)")
    }
    var code = format.exitCode(view.verdict)
    // Not a loss, and not a success either.
    if code == 0, !isWritten { code = format == .nagios ? 3 : ExitCodes.usage.rawValue }
    if code != 0 { throw ExitCode(code) }
  }

  /// Runs a check. Where it comes to no verdict, that is told in the formats that others wait for: what is left of an
  /// earlier report must not be taken for this one's.
  /// - Parameters:
  ///   - name: of the check, `verify` or `preflight`.
  ///   - onlyWarns: end with 0 also where there is no verdict; wrong usage is none of that. Asked after the check.
  func report(
    _ name: String, onlyWarns: @autoclosure () -> Bool = false, _ check: () async throws -> ReportView
  ) async throws {
    let view: ReportView
    do {
      view = try await check()
    } catch let error as Failure {
      let failure = Failure(error.code.unverified, error.message)
      let view = ReportView(
        failed: name, reason: failure.message, exitCode: failure.code.rawValue, checked: Self.now)
      if isDocument { try StandardStream.output.write(format.text(view)) }
      _ = write(view)
      guard format == .nagios || onlyWarns() && failure.code != .usage else { throw failure }
      try StandardStream.error.write(failure.line)
      if format != .nagios || onlyWarns() { return }
      throw ExitCode(format.exitCode(view.verdict))
    }
    try publish(view)
  }

  /// - Returns: whether all files could be written; what could not is told on standard error.
  private func write(_ view: ReportView) -> Bool {
    var isWritten = true
    for file in targets {
      do throws(FileError) {
        try file.write(view)
      } catch {
        isWritten = false
        let words = "\(file.path) cannot be written: \(error); what was there is unchanged"
        try? StandardStream.error.write(Failure(.usage, words).line)
      }
    }
    return isWritten
  }
}
