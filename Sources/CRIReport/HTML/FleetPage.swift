internal import CRIProtobuf

/// Writes a fleet's report as a page: a map of the nodes by verdict, a timeline, and tables. The filters use
/// only CSS.
struct FleetPage {
  let report: FleetReport
  let text: ReportText

  private static let levels: [FleetNode.Level] = [.bad, .unknown, .vacuous, .good]
  /// The number of columns of the timeline.
  private static let columns = 60

  var html: String {
    let reports = report.reports
    let body =
      header + filters(reports) + Self.filterStyle + "<main>\n" + problems + rules + versions + map(reports)
      + timeline(reports) + table(reports) + "</main>\n"
    return HTMLPage(title: text.title(report), body: body).text
  }

  private var header: String {
    HTMLPage.element("h1", XML.escaped(text.title(report)))
      + HTMLPage.paragraph(
        text.conclusion(report), class: "verdict \(Self.styleClass(report.exitCode == 0 ? .good : report.worst))")
      + (report.superseded > 0 ? HTMLPage.paragraph(text.superseded(report.superseded), class: "muted") : "")
      + (report.ignoredLines > 0 ? HTMLPage.paragraph(text.ignoredLines(report.ignoredLines), class: "muted") : "")
  }

  /// The checkboxes precede everything that they filter, because a selector can only select what follows.
  private func filters(_ reports: [FleetNode]) -> String {
    let levels = Self.levels.compactMap { level -> (String, String, String)? in
      let count = reports.count { $0.level == level } + (level == .unknown ? report.missing.count : 0)
      return count == 0
        ? nil : (Self.styleClass(level), "\(text.description(of: level)) (\(count))", Self.styleClass(level))
    }
    let kinds = ReportDocument.Kind.allCases.filter { kind in reports.contains { $0.kind == kind } }
    let checks = kinds.map { (Self.name(of: $0), text.check($0), "") }
    var html = "<p class=\"filters\">\(XML.escaped(text.heading(.show))):</p>\n"
    for (name, label, styleClass) in levels + (checks.count > 1 ? checks : []) {
      html += "<input class=\"filter \(styleClass)\" type=\"checkbox\" id=\"show-\(name)\" checked=\"checked\"/>"
      html += "<label class=\"filters\" for=\"show-\(name)\">\(XML.escaped(label))</label>\n"
    }
    return html
  }

  private static let filterStyle: String = {
    let names = levels.map(styleClass) + ReportDocument.Kind.allCases.map(name)
    let rules = names.map { "#show-\($0):not(:checked)~main .\($0){display:none}" }
    return "<style>\(rules.joined(separator: "\n"))</style>\n"
  }()

  private func map(_ reports: [FleetNode]) -> String {
    var cells = ""
    var position = 0
    while position < reports.count {
      let first = position
      let node = reports[first].node
      while position < reports.count, reports[position].node == node { position += 1 }
      let nodeReports = reports[first..<position]
      let worst = nodeReports.indices.max { nodeReports[$0].level < nodeReports[$1].level } ?? first
      let level = nodeReports[worst].level
      let kindClass = nodeReports.count == 1 ? " \(Self.name(of: nodeReports[first].kind))" : ""
      let verdicts = nodeReports.map { "\(text.check($0.kind)) \($0.verdict)" }.joined(separator: ", ")
      cells +=
        "<a class=\"\(Self.styleClass(level))\(kindClass)\" href=\"#r\(worst)\" title=\"\(XML.escaped("\(node): \(verdicts)"))\">"
      cells += "\(Self.sign(level))</a>\n"
    }
    for node in report.missing {
      let title = XML.escaped(text.missing(node))
      cells += "<a class=\"unknown\" href=\"#missing\" title=\"\(title)\">\(Self.sign(.unknown))</a>\n"
    }
    return HTMLPage.section(text.heading(.nodes), HTMLPage.element("div", class: "map", "\n" + cells))
  }

  private func timeline(_ reports: [FleetNode]) -> String {
    let times = reports.compactMap { report in report.taken.map { (time: $0.nanoseconds, level: report.level) } }
    guard let first = times.map(\.time).min(), let last = times.map(\.time).max(), first < last else { return "" }
    var counts = [[FleetNode.Level: Int]](repeating: [:], count: Self.columns)
    for (time, level) in times {
      // The times may be centuries apart.
      let share = (Double(time) - Double(first)) / (Double(last) - Double(first))
      counts[min(Int(share * Double(Self.columns)), Self.columns - 1)][level, default: 0] += 1
    }
    let highest = max(1, counts.map { $0.values.reduce(0, +) }.max() ?? 1)
    var html = "<div class=\"time\">\n"
    for column in counts {
      html += "<div>"
      for level in Self.levels {
        guard let count = column[level] else { continue }
        let height = Double(count * 1000 / highest) / 10
        html += "<i class=\"\(Self.styleClass(level))\" style=\"height:\(height)%\" title=\"\(count)\"></i>"
      }
      html += "</div>\n"
    }
    let ends = [first, last].map { "<span>\(XML.escaped(text.time(Timestamp(nanoseconds: $0))))</span>" }
    html += "</div>\n" + HTMLPage.element("div", class: "ends", ends.joined())
    return HTMLPage.section(text.heading(.timeline), html)
  }

  private var problems: String {
    let items = report.missing.map { text.missing($0) } + report.unreadable.map { text.unreadable($0) }
    let section = HTMLPage.section(text.heading(.problems), HTMLPage.list(items))
    return section.isEmpty ? "" : "<div id=\"missing\">\n\(section)</div>\n"
  }

  private var rules: String {
    let rows = report.rules.map { rule in
      HTMLPage.Row(cells: [
        rule.label, "\(rule.severity)", text.check(rule.kind), "\(rule.nodes.count)", "\(rule.findings)",
        rule.nodes.prefix(5).joined(separator: ", ") + (rule.nodes.count > 5 ? ", …" : ""),
      ])
    }
    return HTMLPage.section(
      text.heading(.rules),
      HTMLPage.table(
        [.rule, .severity, .check, .nodes, .findings, .examples].map(text.header), rows, short: [0, 1, 2]))
  }

  private var versions: String {
    let rows = report.versions.map { version in
      HTMLPage.Row(cells: [
        version.runtime ?? "unknown", text.check(version.kind), "\(version.nodes)",
        version.verdicts.map { "\($0.nodes) \($0.verdict)" }.joined(separator: ", "),
      ])
    }
    return HTMLPage.section(
      text.heading(.versions), HTMLPage.table([.runtime, .check, .nodes, .verdicts].map(text.header), rows, short: [1]))
  }

  private func table(_ reports: [FleetNode]) -> String {
    let worstFirst = reports.enumerated().sorted { a, b in
      a.element.level != b.element.level ? a.element.level > b.element.level : a.offset < b.offset
    }
    let rows = worstFirst.map { position, node in
      HTMLPage.Row(
        classes: "\(Self.styleClass(node.level)) \(Self.name(of: node.kind))", id: "r\(position)",
        cells: [
          node.node, node.verdict, text.check(node.kind), text.time(node.taken), text.runtime(of: node),
          text.summary(of: node),
        ])
    }
    return HTMLPage.section(
      text.heading(.reports),
      HTMLPage.table([.node, .verdict, .check, .taken, .runtime, .remarks].map(text.header), rows, short: [1, 2, 3]))
  }

  /// The name of a level in style sheets.
  private static func styleClass(_ level: FleetNode.Level) -> String {
    switch level {
    case .good: "good"
    case .vacuous: "vacuous"
    case .unknown: "unknown"
    case .bad: "bad"
    }
  }

  /// The name of a check in style sheets.
  private static func name(of kind: ReportDocument.Kind) -> String {
    switch kind {
    case .verification: "verify"
    case .preflight: "preflight"
    case .doctor: "doctor"
    }
  }

  /// A sign for readers who cannot tell the colours apart.
  private static func sign(_ level: FleetNode.Level) -> String {
    switch level {
    case .good: ""
    case .vacuous: "–"
    case .unknown: "?"
    case .bad: "×"
    }
  }
}
