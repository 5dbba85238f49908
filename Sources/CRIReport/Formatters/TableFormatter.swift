internal import CRIRules
internal import CRISnapshot
internal import CRIText

/// Writes a table for people: one line for each finding, grouped by pod with the worst first, followed by the unchecked
/// entries and the verdict.
struct TableFormatter {
  let view: ReportView
  let style: TextStyle
  /// The reasons of rules with many findings, which are printed once at the end.
  private let sharedReasons: [RuleID: String]

  private static let sharedReasonThreshold = 3

  init(view: ReportView, style: TextStyle) {
    self.view = view
    self.style = style
    let entries = view.entries.filter { $0.brief != nil }
    sharedReasons = Dictionary(grouping: entries, by: \.rule).filter { $1.count >= Self.sharedReasonThreshold }
      .compactMapValues(\.first?.consequence)
  }

  var text: String {
    var text = line(view.title) + findings
    for (rule, reason) in sharedReasons.sorted(by: { $0.key.label < $1.key.label }) {
      text += line("[\(rule.label)] \(reason)")
    }
    for note in view.notes { text += line(note.text, note.isLoss ? .bad : nil) }
    for entry in view.unchecked { text += line("\(view.text.label(.notChecked)): \(entry.line)") }
    for advice in view.advice { text += line(advice) }
    return text + line(view.verdict.line, emphasis(view.verdict.level))
  }

  private var findings: String {
    let subjects = view.subjects.filter { !$0.entries.isEmpty || $0.predictedAction != nil }
    guard !subjects.isEmpty else { return "" }
    var table = Table(["", "", ""], layout: .compact)
    // A pod on which kubelet will act is sorted as critical, regardless of the severity of its findings.
    let keyed = subjects.map { (severity: $0.predictedAction == nil ? $0.severity ?? .info : .critical, subject: $0) }
    let sorted = keyed.enumerated().sorted { a, b in
      a.element.severity != b.element.severity
        ? a.element.severity > b.element.severity : a.offset < b.offset
    }
    for (_, (_, subject)) in sorted { append(subject, to: &table) }
    return table.text(style, showingHeaders: false)
  }

  private func append(_ subject: ReportSubject, to table: inout Table) {
    if let action = subject.predictedAction {
      table.append(["", Table.Cell("\(subject.object)"), Table.Cell(action)])
    }
    for (position, entry) in subject.entries.enumerated() {
      // Only the first line contains the pod's name.
      let isFirst = position == 0 && subject.predictedAction == nil
      let name = isFirst ? "\(entry.object)" : entry.object.kind == .container ? "  \(containerName(entry))" : ""
      table.append([
        Table.Cell("\(entry.severity)".uppercased(), emphasis(entry.severity)), Table.Cell(name),
        Table.Cell(sharedReasons[entry.rule] == nil ? entry.line : entry.brief ?? entry.line),
      ])
    }
  }

  private func containerName(_ entry: ReportEntry) -> String {
    entry.object.name.isEmpty ? entry.object.id : entry.object.name
  }

  private func emphasis(_ severity: Severity) -> TextStyle.Emphasis {
    switch severity {
    case .critical: .bad
    case .major: .warning
    case .minor, .info: .faint
    }
  }

  private func emphasis(_ level: ReportVerdict.Level) -> TextStyle.Emphasis {
    switch level {
    case .good: .good
    case .bad: .bad
    case .warning, .unknown: .warning
    }
  }

  private func line(_ text: String, _ emphasis: TextStyle.Emphasis? = nil) -> String {
    style.apply(emphasis, to: Sanitizer.visible(text)) + "\n"
  }
}
