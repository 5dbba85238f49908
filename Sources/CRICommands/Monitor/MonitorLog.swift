internal import CRICommandLine
internal import CRISystem
internal import CRIText

/// The lines of a monitor, which go to standard error: under systemd, that is the journal.
struct MonitorLog: Sendable {
  /// systemd reads the priority of a line from its beginning (sd-daemon(3)).
  private let writesPriorities = Environment.value("JOURNAL_STREAM") != nil

  func write(_ text: String, _ level: SystemLog.Level = .notice) {
    let line = Sanitizer.visible("monitor: \(text)")
    let prefix = writesPriorities ? "<\(level.rawValue)>" : ""
    try? StandardStream.error.write(prefix + Failure(.done, line).line)
  }
}
