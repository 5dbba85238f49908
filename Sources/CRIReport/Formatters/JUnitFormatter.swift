internal import CRIRules
internal import CRISnapshot

/// Writes JUnit XML in the form that Jenkins, GitLab and GitHub Actions read: one suite, with a test case for each
/// subject.
///
/// A finding that affects the verdict is a failure; other findings are in the output of the test case. Unchecked
/// subjects are skipped. The verdict has its own test case, which is an error if there is no verdict, so that such a
/// run never counts as passed.
struct JUnitFormatter {
  let view: ReportView

  private struct Case {
    enum Result { case passed, failed, broken, skipped }
    let result: Result
    let xml: String
  }

  var text: String {
    let cases = [verdict] + view.subjects.map(testCase) + view.unchecked.map(skipped)
    let totals = XML.attributes([
      ("name", "cri \(view.check.rawValue)"), ("tests", "\(cases.count)"),
      ("failures", "\(cases.count { $0.result == .failed })"), ("errors", "\(cases.count { $0.result == .broken })"),
    ])
    let more = XML.attributes([
      ("skipped", "\(cases.count { $0.result == .skipped })"), ("time", "0"), ("timestamp", time),
      ("hostname", view.properties.first { $0.name == "node" }?.value ?? ""),
    ])
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites\(totals) time=\"0\">\n"
    text += "  <testsuite\(totals)\(more)>\n" + properties
    for item in cases { text += item.xml }
    text += XML.element("system-out", [], body: ([view.title] + view.notes.map(\.text) + view.advice), indent: 4)
    return text + "  </testsuite>\n</testsuites>\n"
  }

  private var properties: String {
    guard !view.properties.isEmpty else { return "" }
    let lines = view.properties.map { "      <property\(XML.attributes([("name", $0.name), ("value", $0.value)]))/>\n" }
    return "    <properties>\n" + lines.joined() + "    </properties>\n"
  }

  private var verdict: Case {
    let (word, line) = (view.verdict.word, view.verdict.line)
    switch view.verdict.level {
    case .good: return Case(result: .passed, xml: xml("verdict", XML.element("system-out", [], body: [line])))
    case .unknown:
      return Case(
        result: .broken,
        xml: xml("verdict", XML.element("error", [("message", line), ("type", word)], body: [line])))
    case .warning where view.verdict.exitCode == 0:
      return Case(result: .passed, xml: xml("verdict", XML.element("system-out", [], body: [line])))
    case .warning, .bad:
      return Case(
        result: .failed,
        xml: xml("verdict", XML.element("failure", [("message", line), ("type", word)], body: [line])))
    }
  }

  private func testCase(_ subject: ReportSubject) -> Case {
    let failures = subject.entries.filter(\.isBlocking).map { entry in
      let head = "\("\(entry.severity)".uppercased()) \(entry.object): \(entry.line)"
      let remedy =
        entry.remedy.isEmpty
        ? []
        : [
          "\(view.text.label(.reason)): \(entry.consequence)", "\(view.text.label(.remedy)): \(entry.remedy)",
        ]
      return XML.element(
        "failure", [("message", "\(entry.fact): \(entry.consequence)"), ("type", entry.rule.label)],
        body: [head] + remedy)
    }
    let others = subject.entries.filter { !$0.isBlocking }.map { entry in
      "\("\(entry.severity)".uppercased()) \(entry.object): \(entry.line)"
    }
    let rest = others + (subject.predictedAction.map { [$0] } ?? [])
    let output = rest.isEmpty ? "" : XML.element("system-out", [], body: rest)
    return Case(
      result: failures.isEmpty ? .passed : .failed,
      xml: xml(subject.name, failures.joined() + output, group: subject.object.kind.rawValue))
  }

  private func skipped(_ entry: UncheckedText) -> Case {
    let name = entry.subject.isEmpty ? entry.reason : entry.subject
    return Case(
      result: .skipped,
      xml: xml(name, XML.element("skipped", [("message", entry.reason)], body: []), group: "unchecked"))
  }

  // MARK: XML

  private func xml(_ name: String, _ content: String, group: String = "verdict") -> String {
    let head =
      "    <testcase"
      + XML.attributes([("name", name), ("classname", "cri.\(view.check.rawValue).\(group)"), ("time", "0")])
    return content.isEmpty ? head + "/>\n" : head + ">\n" + content + "    </testcase>\n"
  }

  /// The schema's times are in UTC without a zone, to the second.
  private var time: String { String("\(view.checked)".prefix(19)) }
}
