internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// Shows something repeatedly until the process is interrupted.
enum Watch {
  static let interval = Duration.seconds(2)

  /// The delays between attempts while the runtime cannot be reached: not shorter than the interval.
  static func retries(every interval: Duration) -> Backoff {
    Backoff(first: interval, limit: max(interval, .seconds(2)))
  }

  /// On a terminal, each output replaces the previous one until `q` or Ctrl-C. If standard output is not a terminal, an
  /// output is written only if it has changed, and `separator` separates the outputs.
  ///
  /// A runtime that does not respond is reported once and called again, because it may be restarting.
  static func run(
    every interval: Duration = interval, separator: String = "\n", _ render: (TextStyle) async throws -> [UInt8]
  ) async throws {
    guard !Environment.outputIsTerminal else { return try await runOnScreen(every: interval, render) }
    Interrupt.installExitHandler()
    var last: [UInt8]?
    var lastFailure: Failure?
    var retries = retries(every: interval)
    while true {
      var delay = interval
      do {
        let bytes = try await render(.output)
        lastFailure = nil
        retries.reset()
        if bytes != last { try StandardStream.output.write((last == nil ? [] : Array(separator.utf8)) + bytes) }
        last = bytes
      } catch let failure as Failure where failure.code == .unreachable && last != nil {
        if failure != lastFailure { try StandardStream.error.write(failure.line) }
        lastFailure = failure
        delay = max(interval, retries.delay())
      }
      await pause(delay)
    }
  }

  private static func runOnScreen(every interval: Duration, _ render: (TextStyle) async throws -> [UInt8]) async throws
  {
    Interrupt.installExitHandler()
    // A failure of the first call is printed before the alternate screen is shown.
    var text = String(decoding: try await render(.output), as: UTF8.self)
    let screen = try FullScreen()
    var lastFailure: Failure?
    var retries = retries(every: interval)
    while true {
      try screen.draw(fitted(text, lastFailure, screen.height))
      var delay = interval
      if lastFailure == nil { retries.reset() } else { delay = max(interval, retries.delay()) }
      let deadline = ContinuousClock.now + delay
      while delay > .zero {
        let key = await screen.key(within: delay)
        if let key, FullScreen.exitKeys.contains(key) || key == UInt8(ascii: "q") { return }
        delay = deadline - ContinuousClock.now
      }
      do {
        text = String(decoding: try await render(.output), as: UTF8.self)
        lastFailure = nil
      } catch let failure as Failure where failure.code == .unreachable {
        lastFailure = failure
      }
    }
  }

  /// As many lines as fit on the screen; the last one shows a problem or the number of further lines.
  private static func fitted(_ text: String, _ failure: Failure?, _ height: Int) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    let isCut = lines.count > height
    guard failure != nil || isCut else { return lines.joined(separator: "\n") }
    let shown = lines.prefix(max(height - 1, 0))
    let notice = failure.map { Sanitizer.visible($0.message) } ?? "\(lines.count - shown.count) more lines"
    return (shown + [notice[...]]).joined(separator: "\n")
  }
}
