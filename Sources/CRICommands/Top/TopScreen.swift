internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// `top` on a terminal: redrawn after each measurement and each key.
struct TopScreen {
  let interval: Duration
  /// The number of measurements before the command ends; nil to run until the user ends it.
  let count: Int?
  var view: TopView

  /// The first measurement has nothing to compare with, so the second one follows soon.
  private static let first = Duration.milliseconds(500)

  mutating func run(_ source: inout TopSource) async throws {
    // An unreachable runtime is reported before the alternate screen is shown.
    var sample = try await source.measure()
    let screen = try FullScreen()
    var failure: Failure?
    var sampleCount = 0
    var retries = Watch.retries(every: interval)
    while true {
      try draw(sample, failure, on: screen)
      var pause = sampleCount == 0 ? min(Self.first, interval) : interval
      if failure == nil { retries.reset() } else { pause = max(pause, retries.delay()) }
      let deadline = ContinuousClock.now + pause
      while true {
        let remaining = deadline - ContinuousClock.now
        if remaining <= .zero { break }
        guard let key = await screen.key(within: remaining) else { continue }
        if FullScreen.exitKeys.contains(key) || key == UInt8(ascii: "q") { return }
        press(key)
        try draw(sample, failure, on: screen)
      }
      if sampleCount == count { return }
      do throws(Failure) {
        sample = try await source.measure()
        sampleCount += 1
        failure = nil
      } catch {
        // The runtime may be restarting.
        guard error.code.isTransient else { throw error }
        failure = error
      }
    }
  }

  private mutating func press(_ key: UInt8) {
    switch key {
    case UInt8(ascii: "c"): view.order = TopOrder(.cpu)
    case UInt8(ascii: "m"): view.order = TopOrder(.mem)
    case UInt8(ascii: "n"): view.order = TopOrder(.name)
    case UInt8(ascii: "p"): view.showsPods.toggle()
    case UInt8(ascii: "r"): view.order.isReversed.toggle()
    default: break
    }
  }

  private func draw(_ sample: TopSample, _ failure: Failure?, on screen: borrowing FullScreen) throws {
    let style = TextStyle.output
    let keys = "q quit  c CPU  m memory  n name  r reverse  p \(view.showsPods ? "containers" : "pods")"
    let notice = failure.map { style.apply(.bad, to: Sanitizer.visible($0.message)) } ?? style.apply(.faint, to: keys)
    let table = view.table(sample, style).split(separator: "\n")
    let lines = [view.summary(sample), notice, ""] + table.map(String.init)
    try screen.draw(lines.prefix(max(4, screen.height)).joined(separator: "\n"))
  }
}
