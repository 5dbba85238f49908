internal import CRICommandLine
internal import CRICopy
internal import CRISystem

/// Shows the progress of a copy on a terminal, if it takes longer than a second.
struct CopyProgress: Sendable {
  private static let delay = Duration.seconds(1)
  private static let interval = Duration.milliseconds(200)
  private static let width = 30

  private let control: CopyControl

  /// - Returns: nil if standard error is not a terminal.
  init?(_ control: CopyControl) {
    guard Environment.errorIsTerminal else { return nil }
    self.control = control
  }

  /// Shows the line until the task is cancelled, and removes it.
  func run() async {
    let start = ContinuousClock.now
    await pause(Self.delay)
    if Task.isCancelled { return }
    while !Task.isCancelled {
      let (bytes, total) = control.progress
      try? StandardStream.error.write("\r\u{1b}[K" + Self.line(bytes, of: total, after: .now - start))
      await pause(Self.interval)
    }
    try? StandardStream.error.write("\r\u{1b}[K")
  }

  /// The line without its end, such as `[=====>    ]  52%  104MB  98.1MB/s`.
  static func line(_ bytes: Int, of total: Int?, after time: Duration) -> String {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    let rate = seconds > 0 ? UInt64(Double(bytes) / seconds) : 0
    let amounts = "\(HumanSize.text(bytes: UInt64(bytes)))  \(HumanSize.text(bytes: rate))/s"
    guard let total, total > 0 else { return amounts }
    let share = min(1, Double(bytes) / Double(total))
    let filled = Int(share * Double(width))
    let bar = String(repeating: "=", count: filled) + (filled < width ? ">" : "")
    let percent = "\(Int(share * 100))%"
    let padding = String(repeating: " ", count: width - bar.utf8.count)
    return "[\(bar)\(padding)] \(String(repeating: " ", count: 4 - percent.utf8.count))\(percent)  \(amounts)"
  }
}

extension CopyProgress? {
  /// Runs a copy and shows its progress.
  func showing(_ copy: @escaping @Sendable () async throws -> Void) async throws {
    guard let self else { return try await copy() }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        await self.run()
        return false
      }
      group.addTask {
        try await copy()
        return true
      }
      defer { group.cancelAll() }
      while let isDone = try await group.next() { if isDone { return } }
    }
  }
}
