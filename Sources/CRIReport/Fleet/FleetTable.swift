internal import CRIRules
internal import CRIText

/// Writes a fleet's report for people: the verdicts, the violated rules, the versions, and the nodes that need
/// attention.
struct FleetTable {
  let report: FleetReport
  let style: TextStyle
  let text: ReportText

  /// The number of nodes that are listed by name.
  private static let maximumNodes = 50
  /// The number of nodes that are named for each rule.
  private static let maximumExamples = 3

  var lines: String {
    let tables = [verdicts, rules, versions, attention].filter { !$0.isEmpty }
    var lines = line(text.title(report))
    for table in tables { lines += "\n" + table }
    let problems =
      report.missing.map { text.missing($0) } + report.unreadable.map { "\(notChecked): \(text.unreadable($0))" }
    if !problems.isEmpty { lines += "\n" }
    for problem in problems.prefix(Self.maximumNodes) { lines += line(problem, .warning) }
    if problems.count > Self.maximumNodes { lines += line(text.more(problems.count - Self.maximumNodes)) }
    lines += "\n"
    if report.superseded > 0 { lines += line(text.superseded(report.superseded)) }
    if report.ignoredLines > 0 { lines += line(text.ignoredLines(report.ignoredLines)) }
    return lines + line(text.conclusion(report), Self.emphasis(report.exitCode == 0 ? .good : report.worst))
  }

  private var notChecked: String { text.label(.notChecked) }

  private var verdicts: String {
    table([.verdict, .check, .nodes], report.verdicts) { count in
      [
        Table.Cell(count.verdict, Self.emphasis(count.level)), Table.Cell(text.check(count.kind)),
        Table.Cell("\(count.nodes)"),
      ]
    }
  }

  private var rules: String {
    table([.rule, .severity, .check, .nodes, .findings, .examples], report.rules) { rule in
      let examples = rule.nodes.prefix(Self.maximumExamples).joined(separator: ", ")
      return [
        Table.Cell(rule.label), Table.Cell("\(rule.severity)"), Table.Cell(text.check(rule.kind)),
        Table.Cell("\(rule.nodes.count)"), Table.Cell("\(rule.findings)"),
        Table.Cell(rule.nodes.count > Self.maximumExamples ? "\(examples), …" : examples),
      ]
    }
  }

  private var versions: String {
    table([.runtime, .check, .nodes, .verdicts], report.versions) { version in
      let verdicts = version.verdicts.map { "\($0.nodes) \($0.verdict)" }.joined(separator: ", ")
      return [
        Table.Cell(version.runtime ?? "unknown"), Table.Cell(text.check(version.kind)),
        Table.Cell("\(version.nodes)"), Table.Cell(verdicts),
      ]
    }
  }

  private var attention: String {
    let nodes = report.attention
    let table = table([.node, .verdict, .check, .taken, .runtime, .remarks], nodes.prefix(Self.maximumNodes)) { node in
      [
        Table.Cell(node.node), Table.Cell(node.verdict, Self.emphasis(node.level)), Table.Cell(text.check(node.kind)),
        Table.Cell(text.time(node.taken)), Table.Cell(text.runtime(of: node)), Table.Cell(text.summary(of: node)),
      ]
    }
    return nodes.count > Self.maximumNodes ? table + line(text.more(nodes.count - Self.maximumNodes)) : table
  }

  private func table<Row>(
    _ headers: [ReportText.FleetHeader], _ rows: some Collection<Row>, _ cells: (Row) -> [Table.Cell]
  ) -> String {
    guard !rows.isEmpty else { return "" }
    var table = Table(headers.map { Table.Column(text.header($0)) })
    for row in rows { table.append(cells(row)) }
    return table.text(style)
  }

  private static func emphasis(_ level: FleetNode.Level) -> TextStyle.Emphasis {
    switch level {
    case .good: .good
    case .vacuous, .unknown: .warning
    case .bad: .bad
    }
  }

  private func line(_ text: String, _ emphasis: TextStyle.Emphasis? = nil) -> String {
    style.apply(emphasis, to: Sanitizer.visible(text)) + "\n"
  }
}

extension FleetReport {
  /// The worst level of any report; a missing report has no verdict.
  var worst: FleetNode.Level {
    let level = reports.map(\.level).max() ?? .unknown
    return missing.isEmpty && unreadable.isEmpty ? level : max(level, .unknown)
  }
}
