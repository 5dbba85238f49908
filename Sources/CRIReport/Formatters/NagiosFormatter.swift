internal import CRIText

/// Follows the Monitoring Plugins' guidelines: one line, performance data after a vertical bar, and the guidelines'
/// exit codes.
struct NagiosFormatter {
  let view: ReportView

  var text: String {
    var line = "CRI \(view.check.rawValue.uppercased()) \(Self.status(view.verdict).word) - \(safe(view.verdict.line))"
    if !view.counts.isEmpty {
      line += " | " + view.counts.map { "\($0.metric.name)=\($0.value)" }.joined(separator: " ")
    }
    return line + "\n"
  }

  static func status(_ verdict: ReportVerdict) -> (word: String, code: Int32) {
    switch verdict.level {
    case .good: ("OK", 0)
    case .warning: ("WARNING", 1)
    case .bad: ("CRITICAL", 2)
    case .unknown: ("UNKNOWN", 3)
    }
  }

  /// Replaces vertical bars, because a bar marks the start of the performance data.
  private func safe(_ text: String) -> String {
    Sanitizer.visible(text).escaped { $0 == "|" ? "/" : nil }
  }
}
