internal import CRIRules
internal import CRISnapshot
internal import CRIText

/// Writes GitHub's workflow commands: the verdict first, because GitHub shows only ten annotations, then one for each
/// subject.
struct GitHubFormatter {
  let view: ReportView

  private enum Command: String { case error, warning, notice }

  var text: String {
    var text = command(Self.kind(view.verdict), "cri \(view.check.rawValue)", [view.verdict.line])
    for subject in view.subjects where !subject.entries.isEmpty {
      let isSmall = (subject.severity ?? .info) == .info
      let kind: Command = subject.isBlocking ? .error : isSmall ? .notice : .warning
      text += command(kind, subject.name, lines(of: subject))
    }
    for note in view.notes { text += command(.notice, "cri \(view.check.rawValue)", [note.text]) }
    for entry in view.unchecked { text += command(.notice, view.text.label(.notChecked), [entry.line]) }
    return text
  }

  private func lines(of subject: ReportSubject) -> [String] {
    let entries = subject.entries.map { entry in
      let part = entry.object.kind == .container ? "\(entry.object.name): " : ""
      let remedy = entry.remedy.isEmpty ? "" : "; \(view.text.label(.remedy)): \(entry.remedy)"
      return "\("\(entry.severity)".uppercased()) \(part)\(entry.line)\(remedy)"
    }
    return entries + (subject.predictedAction.map { [$0] } ?? [])
  }

  private static func kind(_ verdict: ReportVerdict) -> Command {
    switch verdict.level {
    case .good: .notice
    case .warning: .warning
    // A check that could not be performed fails the step, unless the command only warns.
    case .unknown: verdict.exitCode == 0 ? .warning : .error
    case .bad: .error
    }
  }

  private func command(_ command: Command, _ title: String, _ lines: [String]) -> String {
    let message = lines.map(Sanitizer.visible).joined(separator: "\n")
    return "::\(command.rawValue) title=\(Self.property(Sanitizer.visible(title)))::\(Self.data(message))\n"
  }

  /// Escapes text in the same way as `escapeData` in GitHub's toolkit.
  private static func data(_ text: String) -> String {
    text.escaped { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      default: nil
      }
    }
  }

  /// Escapes text in the same way as `escapeProperty` in GitHub's toolkit.
  private static func property(_ text: String) -> String {
    data(text).escaped { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : nil }
  }
}
