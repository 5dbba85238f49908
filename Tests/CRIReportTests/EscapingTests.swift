import CRIJSON
import CRIReport
import CRIText
import CRIYAML
import Foundation
import FoundationXML
import TestSupport
import Testing

/// Text cannot break a format: each output is parsed in the same way as by its consumers.
@Suite struct EscapingTests {
  @Test(arguments: hostileTexts) func `the table has one line for each row, without control characters`(text: String) {
    let table = ReportFormat.table.text(.saying(text))
    #expect(table.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    // Title, prediction, two findings, note, unchecked, remedy, verdict.
    #expect(table.utf8.count { $0 == UInt8(ascii: "\n") } == 8)
  }

  @Test(arguments: hostileTexts) func `json and yaml can be parsed back`(text: String) throws {
    let view = ReportView.saying(text)
    #expect(try JSON.parse(ReportFormat.json.text(view)) == view.document)
    #expect(try YAML.parse(ReportFormat.yaml.text(view)) == view.document)
  }

  @Test(arguments: hostileTexts) func `junit is well-formed and has the same content`(text: String) throws {
    let root = try JUnit(ReportFormat.junit.text(.saying(text)))
    // Characters that XML cannot contain are printed as escape sequences.
    let shown = Sanitizer.visible(text)
    #expect(root.cases.map(\.name) == ["verdict", "pod n/\(shown)", shown])
    #expect(root.cases[0].failures == [shown])
    #expect(root.cases[1].failures == ["\(shown): \(shown)"])
    #expect(root.cases[2].skipped == shown)
  }

  @Test(arguments: hostileTexts) func `tap keeps its lines and directives`(text: String) throws {
    let lines = TAP(ReportFormat.tap.text(.saying(text)))
    #expect(lines.plan == 3 && lines.tests.count == 3)
    #expect(lines.tests.map(\.isGood) == [false, false, true])
    #expect(lines.tests.map(\.isSkipped) == [false, false, true])
    let shown = Sanitizer.visible(text)
    #expect(lines.tests[0].name == "verdict: \(shown)" && lines.tests[1].name == "pod n/\(shown)")
    #expect((lines.tests[1].diagnostics?["findings"]?[0]?["fact"]?.stringValue ?? "") == shown)
  }

  @Test(arguments: hostileTexts) func `nagios is one line with one bar`(text: String) {
    let line = ReportFormat.nagios.text(.saying(text))
    #expect(line.utf8.last == UInt8(ascii: "\n") && line.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
    #expect(line.utf8.count { $0 == UInt8(ascii: "|") } == 1)
    #expect(line.hasPrefix("CRI VERIFY CRITICAL - ") && line.hasSuffix(" | pods=1\n"))
  }

  @Test(arguments: hostileTexts) func `prometheus labels can be parsed back`(text: String) throws {
    // Control characters are printed as escape sequences, as in the other formats.
    let shown = Sanitizer.visible(text)
    let samples = try Prometheus(ReportFormat.prometheus.text(.saying(text))).samples
    let info = try #require(samples.first { $0.name == "cri_verify_info" })
    #expect((info.labels["node"] ?? "").unicodeScalars.elementsEqual(shown.unicodeScalars))
    let finding = try #require(samples.first { $0.name == "cri_verify_finding" })
    #expect((finding.labels["pod"] ?? "").unicodeScalars.elementsEqual(shown.unicodeScalars))
  }

  @Test(arguments: hostileTexts) func `github commands can be parsed back`(text: String) {
    let commands = ReportFormat.github.text(.saying(text)).split(separator: "\n").map(WorkflowCommand.init)
    let shown = Sanitizer.visible(text)
    #expect(commands.map(\.?.level) == ["error", "error", "notice", "notice"])
    #expect(commands.first??.message == shown)
    #expect(commands[1]?.title == "pod n/\(shown)")
    #expect(commands.last??.title == "not checked")
  }

  @Test(arguments: hostileTexts) func `a page contains each string, but no element that a string has injected`(
    text: String
  ) throws {
    let page = try Page(ReportFormat.html.text(.saying(text)))
    // A property without a value is not shown.
    let plain = try Page(ReportFormat.html.text(.saying(text.isEmpty ? "" : "x")))
    #expect(page.elements.map(\.name) == plain.elements.map(\.name))
    #expect(page.elements.map(\.attributes) == plain.elements.map(\.attributes))
    #expect(page.names.isDisjoint(with: ["script", "a", "img", "link", "iframe", "object", "form"]))
    let shown = Sanitizer.visible(text)
    #expect(page.texts.count == plain.texts.count && page.texts.count { $0 == shown } >= (text.isEmpty ? 1 : 8))
  }

  @Test(arguments: hostileTexts)
  func `no string from a node can change the structure of the page or the table of a fleet`(text: String) throws {
    let (fleet, plain) = (FleetReport.saying(text), FleetReport.saying(text.isEmpty ? "" : "x"))
    let (page, other) = (try Page(FleetFormat.html.text(fleet)), try Page(FleetFormat.html.text(plain)))
    #expect(page.elements.map(\.name) == other.elements.map(\.name))
    let titles = page["a"].map { $0["title"] }
    #expect(
      titles == [Sanitizer.visible("\(text): verify lost"), Sanitizer.visible("there is no report from \(text)2")])
    #expect(page["a"].map { $0["href"] } == ["#r0", "#missing"])
    let attributes: Set = [
      "lang", "charset", "http-equiv", "content", "name", "class", "type", "id", "checked", "for", "href", "title",
      "data-h",
    ]
    #expect(page.attributeNames == attributes)
    func lines(_ report: FleetReport) -> Int {
      FleetFormat.table.text(report).utf8.count { $0 == UInt8(ascii: "\n") }
    }
    #expect(lines(fleet) == lines(plain))
    let junit = try JUnit(FleetFormat.junit.text(fleet))
    #expect(junit.cases.map(\.name) == [text, "\(text)2", text].map(Sanitizer.visible))
    #expect(try JSON.parse(FleetFormat.json.text(fleet)) == fleet.json)
  }
}
