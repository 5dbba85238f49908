internal import CRIRendering
internal import CRISystem

/// Shows something again and again, until the process is ended.
enum Watch {
  static let interval = Duration.seconds(2)

  /// On a terminal each picture takes the place of the one before. Elsewhere nothing is cleared: what is the same as
  /// before is not written again, and an empty line parts what is.
  ///
  /// A runtime that does not answer is told, once, and asked again: it may be restarting.
  static func run(every interval: Duration = interval, _ picture: (TextStyle) async throws -> [UInt8]) async throws {
    let style = TextStyle.output
    let isTerminal = Environment.outputIsTerminal
    Interrupt.isAnEnd()
    var last: [UInt8]?
    var trouble: Failure?
    while true {
      do {
        let bytes = try await picture(style)
        trouble = nil
        if isTerminal {
          try StandardStream.output.write(Array("\u{1b}[H\u{1b}[2J".utf8) + bytes)
        } else if bytes != last {
          try StandardStream.output.write((last == nil ? [] : [0x0A]) + bytes)
        }
        last = bytes
      } catch let failure as Failure where failure.code.mayPass && last != nil {
        if failure != trouble { try StandardStream.error.write(failure.line) }
        trouble = failure
      }
      await pause(interval)
    }
  }
}
