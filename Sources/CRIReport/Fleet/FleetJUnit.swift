/// Writes a fleet's report as JUnit XML: a suite for each check, with a test case for each node.
///
/// A loss is a failure. A check without a verdict is an error, and so is a missing or unreadable report, so that such a
/// run never counts as passed. A check that had nothing to verify is skipped.
struct FleetJUnit {
  let report: FleetReport
  let text: ReportText

  private struct Case {
    let level: FleetNode.Level
    let xml: String
  }

  var xml: String {
    let suites = Dictionary(grouping: report.reports, by: \.kind).sorted { $0.key.rawValue < $1.key.rawValue }
    var all = suites.map { (name: "cri \(text.check($0.key))", cases: $0.value.map(testCase)) }
    let problems = report.missing.map { missing($0) } + report.unreadable.map { unreadable($0) }
    // A run without any report must not look like one that passed.
    if !problems.isEmpty || all.isEmpty {
      all.append(("cri report merge", problems.isEmpty ? [error("reports", text.conclusion(report))] : problems))
    }
    let cases = all.flatMap(\.cases)
    var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"
    xml += XML.attributes([("name", "cri report merge")] + totals(cases)) + ">\n"
    for (name, cases) in all {
      xml += "  <testsuite\(XML.attributes([("name", name)] + totals(cases)))>\n"
      for item in cases { xml += item.xml }
      xml += "  </testsuite>\n"
    }
    return xml + "</testsuites>\n"
  }

  private func totals(_ cases: [Case]) -> [(String, String)] {
    func count(_ level: FleetNode.Level) -> String { "\(cases.count { $0.level == level })" }
    return [
      ("tests", "\(cases.count)"), ("failures", count(.bad)), ("errors", count(.unknown)),
      ("skipped", count(.vacuous)), ("time", "0"),
    ]
  }

  private func testCase(_ node: FleetNode) -> Case {
    let summary = text.summary(of: node)
    let line = summary.isEmpty ? node.verdict : "\(node.verdict): \(summary)"
    let content =
      switch node.level {
      case .good: summary.isEmpty ? "" : XML.element("system-out", [], body: [summary])
      case .vacuous: XML.element("skipped", [("message", line)], body: [])
      case .unknown: XML.element("error", [("message", line), ("type", node.verdict)], body: [text.runtime(of: node)])
      case .bad: XML.element("failure", [("message", line), ("type", node.verdict)], body: [text.runtime(of: node)])
      }
    return testCase(node.node, group: text.check(node.kind), node.level, content)
  }

  private func missing(_ node: String) -> Case { error(node, text.missing(node)) }

  private func unreadable(_ entry: FleetReport.Unreadable) -> Case { error(entry.source, text.unreadable(entry)) }

  private func error(_ name: String, _ message: String) -> Case {
    testCase(
      name, group: "reports", .unknown, XML.element("error", [("message", message), ("type", "missing")], body: []))
  }

  private func testCase(_ name: String, group: String, _ level: FleetNode.Level, _ content: String) -> Case {
    let head =
      "    <testcase" + XML.attributes([("name", name), ("classname", "cri.fleet.\(group)"), ("time", "0")])
    return Case(level: level, xml: content.isEmpty ? head + "/>\n" : head + ">\n" + content + "    </testcase>\n")
  }
}
