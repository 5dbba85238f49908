internal import CRIRules

/// Writes a report as a page: the verdict, the findings, each pod before and after the change, and what was not
/// checked.
struct HTMLFormatter {
  let view: ReportView

  var text: String {
    let parts = [header, findings, pods, notes, unchecked]
    return HTMLPage(title: view.title, body: parts.joined()).text
  }

  private var header: String {
    let properties = [(view.text.heading(.checked), "\(view.checked)")] + view.properties.filter { !$0.value.isEmpty }
    let list = properties.map { "<dt>\(XML.escaped($0))</dt><dd>\(XML.escaped($1))</dd>\n" }.joined()
    return HTMLPage.element("h1", XML.escaped("cri \(view.check.rawValue)"))
      + HTMLPage.paragraph(view.verdict.line, class: "verdict \(Self.tint(view.verdict.level))")
      + HTMLPage.paragraph(view.title) + HTMLPage.element("dl", "\n" + list)
  }

  private var findings: String {
    let entries = view.entries.enumerated().sorted { a, b in
      a.element.severity != b.element.severity ? a.element.severity > b.element.severity : a.offset < b.offset
    }.map(\.element)
    let rows = entries.map { entry in
      HTMLPage.Row(
        classes: Self.tint(entry.severity),
        cells: [
          "\(entry.severity)", "\(entry.object)", entry.line.isEmpty ? entry.fact : entry.line, entry.remedy,
        ])
    }
    return HTMLPage.section(
      view.text.heading(.findings),
      HTMLPage.table([.severity, .object, .finding, .remedy].map(view.text.column), rows, short: [0]))
  }

  private var pods: String {
    let rows = view.pods.map { pod in
      HTMLPage.Row(
        classes: pod.isAffected ? "bad" : "good", cells: [pod.name, pod.before, pod.after, pod.consequence])
    }
    return HTMLPage.section(
      view.text.heading(.pods), HTMLPage.table([.pod, .before, .after, .kubelet].map(view.text.column), rows))
  }

  private var notes: String {
    HTMLPage.section(view.text.heading(.notes), HTMLPage.list(view.notes.map(\.text) + view.advice))
  }

  private var unchecked: String {
    HTMLPage.section(view.text.heading(.unchecked), HTMLPage.list(view.unchecked.map(\.line)))
  }

  private static func tint(_ level: ReportVerdict.Level) -> String {
    switch level {
    case .good: "good"
    case .warning, .unknown: "unknown"
    case .bad: "bad"
    }
  }

  private static func tint(_ severity: Severity) -> String {
    switch severity {
    case .critical: "bad"
    case .major: "unknown"
    case .minor, .info: "vacuous"
    }
  }
}
