internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// Shows something repeatedly until the process is ended.
enum Watch {
  static let interval = Duration.seconds(2)

  /// The delays between attempts while the runtime cannot be reached: not shorter than the interval.
  static func retries(every interval: Duration) -> Backoff {
    Backoff(first: interval, limit: max(interval, .seconds(2)))
  }

  /// On a terminal, each picture replaces the previous one until `q` or Ctrl-C. Elsewhere, a picture is written only if
  /// it has changed, and `parting` separates the pictures.
  ///
  /// A runtime that does not respond is reported once and called again, because it may be restarting.
  static func run(
    every interval: Duration = interval, parting: String = "\n", _ picture: (TextStyle) async throws -> [UInt8]
  ) async throws {
    guard !Environment.outputIsTerminal else { return try await runOnScreen(every: interval, picture) }
    Interrupt.installExitHandler()
    var last: [UInt8]?
    var trouble: Failure?
    var retries = retries(every: interval)
    while true {
      var rest = interval
      do {
        let bytes = try await picture(.output)
        trouble = nil
        retries.reset()
        if bytes != last { try StandardStream.output.write((last == nil ? [] : Array(parting.utf8)) + bytes) }
        last = bytes
      } catch let failure as Failure where failure.code == .unreachable && last != nil {
        if failure != trouble { try StandardStream.error.write(failure.line) }
        trouble = failure
        rest = max(interval, retries.delay())
      }
      await pause(rest)
    }
  }

  private static func runOnScreen(every interval: Duration, _ picture: (TextStyle) async throws -> [UInt8]) async throws
  {
    Interrupt.installExitHandler()
    // A failure of the first call is printed before the screen is switched.
    var text = String(decoding: try await picture(.output), as: UTF8.self)
    let screen = try FullScreen()
    var trouble: Failure?
    var retries = retries(every: interval)
    while true {
      try screen.draw(fitted(text, trouble, screen.height))
      var rest = interval
      if trouble == nil { retries.reset() } else { rest = max(interval, retries.delay()) }
      let end = ContinuousClock.now + rest
      while rest > .zero {
        let key = await screen.key(within: rest)
        if let key, FullScreen.exitKeys.contains(key) || key == UInt8(ascii: "q") { return }
        rest = end - ContinuousClock.now
      }
      do {
        text = String(decoding: try await picture(.output), as: UTF8.self)
        trouble = nil
      } catch let failure as Failure where failure.code == .unreachable {
        trouble = failure
      }
    }
  }

  /// As many lines as fit on the screen; the last one shows a problem or the number of further lines.
  private static func fitted(_ text: String, _ trouble: Failure?, _ height: Int) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    let isCut = lines.count > height
    guard trouble != nil || isCut else { return lines.joined(separator: "\n") }
    let shown = lines.prefix(max(height - 1, 0))
    let notice = trouble.map { Sanitizer.visible($0.message) } ?? "\(lines.count - shown.count) more lines"
    return (shown + [notice[...]]).joined(separator: "\n")
  }
}
