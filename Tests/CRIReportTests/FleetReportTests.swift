import CRIJSON
import CRIProtobuf
import Testing

@testable import CRIReport

@Suite struct FleetReportTests {
  @Test func `the newest report of each check on each node counts`() {
    var fleet = FleetReport()
    fleet.add(FleetReport.document(node: "a", "lost", taken: "2026-01-01T00:00:00.5Z"), from: "1")
    fleet.add(FleetReport.document(node: "a", "intact", taken: "2026-01-01T01:00:01+01:00"), from: "2")
    fleet.add(FleetReport.document(node: "a", "unverified", taken: "2026-01-01T00:00:00Z"), from: "3")
    fleet.add(FleetReport.document(node: "a", "failed"), from: "4")
    fleet.add(FleetReport.document(node: "a", "loss", kind: "cri-preflight", taken: "2025-01-01T00:00:00Z"), from: "5")
    #expect(fleet.reports.map(\.verdict) == ["loss", "intact"] && fleet.reports.map(\.source) == ["5", "2"])
    #expect(fleet.superseded == 3 && fleet.nodeCount == 1)
  }

  @Test func `verdicts, rules and versions are counted`() {
    var fleet = FleetReport()
    func finding(_ rule: String, _ severity: String) -> JSON {
      ["rule": .string(rule), "severity": .string(severity), "object": ["kind": "node"], "reason": "r"]
    }
    let findings: JSON = [finding("pod.ip", "critical"), finding("pod.ip", "critical"), finding("pod.cni", "major")]
    fleet.add(FleetReport.document(node: "a", "lost", more: ["findings": findings]), from: "a")
    fleet.add(FleetReport.document(node: "b", "lost", more: ["findings": [finding("pod.ip", "critical")]]), from: "b")
    fleet.add(FleetReport.document(node: "c", "intact", runtime: "cri-o 1"), from: "c")
    fleet.add(FleetReport.document(node: "c", "none", kind: "cri-preflight", runtime: "cri-o 1"), from: "c")
    #expect(fleet.rules.map(\.label) == ["pod.ip", "pod.cni"])
    #expect(fleet.rules.map(\.findings) == [3, 1] && fleet.rules.map(\.nodes) == [["a", "b"], ["a"]])
    #expect(
      fleet.verdicts.map { "\($0.kind.rawValue) \($0.verdict) \($0.nodes)" } == [
        "cri-preflight none 1", "cri-report lost 2", "cri-report intact 1",
      ])
    #expect(
      fleet.versions.map { "\($0.kind.rawValue) \($0.runtime ?? "") \($0.nodes)" } == [
        "cri-preflight cri-o 1 1", "cri-report containerd 1 2", "cri-report cri-o 1 1",
      ])
    #expect(fleet.attention.map(\.node) == ["a", "b"])
  }

  @Test(
    arguments: [
      (["intact"], 0), (["none"], 0), (["healthy"], 0), (["intact", "vacuous"], 4), (["vacuous", "unverified"], 3),
      (["intact", "failed"], 3), (["unchecked", "loss"], 1), (["lost"], 1), (["problems"], 1), (["of the future"], 3),
      ([], 3),
    ] as [([String], Int32)])
  func `the exit code is that of the worst verdict`(verdicts: [String], code: Int32) {
    var fleet = FleetReport()
    for (number, verdict) in verdicts.enumerated() {
      fleet.add(FleetReport.document(node: "n\(number)", verdict), from: "")
    }
    #expect(fleet.exitCode == code)
    #expect(FleetFormat.table.text(fleet).contains("all checks passed") == (code == 0))
  }

  @Test func `a missing or unreadable report is never a success`() throws {
    var fleet = FleetReport()
    fleet.add(FleetReport.document(node: "a", "intact"), from: "a")
    var other = fleet
    fleet.expect(["a", "b"])
    other.add(FleetReport.Unreadable(source: "f", reason: "r"))
    #expect(fleet.missing == ["b"] && fleet.exitCode == 3 && other.exitCode == 3)
    for report in [fleet, other, FleetReport()] {
      #expect(try JUnit(FleetFormat.junit.text(report)).cases.contains { !$0.errors.isEmpty })
    }
  }

  @Test func `a report without a node is named after its file`() {
    var fleet = FleetReport()
    fleet.add(FleetReport.document(node: nil, "failed"), from: "reports/node-7.json")
    fleet.add(FleetReport.document(node: "", "failed"), from: "standard input, document 2")
    #expect(fleet.reports.map(\.node) == ["node-7", "standard input, document 2"])
  }

  @Test func `the map has a cell for each node, and links to its first report`() throws {
    var fleet = FleetReport()
    for node in ["a", "b"] {
      fleet.add(
        FleetReport.document(node: node, "none", kind: "cri-preflight", taken: "2026-01-01T00:00:00Z"), from: "")
      let verdict = node == "a" ? "intact" : "lost"
      fleet.add(FleetReport.document(node: node, verdict, taken: "2026-01-02T00:00:00Z"), from: "")
    }
    fleet.add(FleetReport.document(node: "c", "lost", taken: "2026-01-03T00:00:00Z"), from: "")
    let page = try Page(FleetFormat.html.text(fleet))
    #expect(page["a"].map { $0["href"] } == ["#r0", "#r3", "#r4"])
    #expect(page["a"].map { $0["class"] } == ["good", "bad", "bad verify"])
    #expect(Set(page["tr"].compactMap { $0["id"] }) == ["r0", "r1", "r2", "r3", "r4"])
    // Two levels, two checks, and a column of the timeline for each of the three times.
    #expect(page["input"].map { $0["id"] } == ["show-bad", "show-good", "show-verify", "show-preflight"])
    #expect(page["i"].compactMap { $0["title"] } == ["2", "1", "1", "1"])
  }

  @Test func `times that are centuries apart have a timeline`() throws {
    var fleet = FleetReport()
    for (node, taken) in [("a", "1677-09-22T00:00:00Z"), ("b", "2262-04-11T00:00:00Z")] {
      fleet.add(FleetReport.document(node: node, "intact", taken: taken), from: "")
    }
    #expect(try Page(FleetFormat.html.text(fleet))["i"].count == 2)
  }

  @Test func `strings from a hostile node are truncated`() {
    let long = String(repeating: "x", count: 100_000)
    var fleet = FleetReport()
    fleet.add(FleetReport.document(node: long, "failed", runtime: long, more: ["reason": .string(long)]), from: "")
    for format in FleetFormat.allCases { #expect(format.text(fleet).utf8.count < 20_000) }
  }
}
