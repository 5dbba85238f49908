import CRIJSON
import CRIMessages
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

@Suite struct ReportDocumentTests {
  @Test func `a verification report can be decoded from its text`() throws {
    let report = try Report.recorded("containerd-1.6.12")
    let document = try ReportDocument(json: JSON.parse(report.text(.json)))
    #expect(document.kind == .verification && document.schema == Report.schema && document.json == report.json())
    #expect(document.verdict == "lost" && document.exitCode == 1 && document.reason == nil)
    #expect(document.findings.map(\.rule) == report.findings.map(\.rule.id.label) && !document.findings.isEmpty)
    #expect(document.findings.map(\.severity) == report.findings.map(\.rule.severity))
    #expect(document.unchecked.map(\.code) == report.unchecked.map(\.reason.code.rawValue))
  }

  @Test func `the text and the exit code depend on the threshold`() throws {
    let report = try Report.recorded("containerd-2.4") { _, after in
      after.containers[0].status.imageRef = "sha256:other"
    }
    for threshold in [Severity.minor, .major] {
      let verdict = report.verdict(failingOn: threshold)
      let document = try ReportDocument(json: report.json(failingOn: threshold))
      #expect(document.verdict == verdict.name && document.exitCode == verdict.exitCode)
      #expect(try ReportDocument(json: JSON.parse(report.text(.json, failingOn: threshold))) == document)
    }
    #expect(report.verdict(failingOn: .minor) != report.verdict(failingOn: .major))
    #expect(report.text().contains("other"))
  }

  @Test func `the report of a failed check has a reason and no findings`() throws {
    let view = ReportView(failed: .preflight, reason: "r", exitCode: 3, checked: ReportView.time)
    let document = try ReportDocument(json: JSON.parse(ReportFormat.json.text(view)))
    #expect(document.kind == .preflight && document.verdict == "failed" && document.reason == "r")
    #expect(document.exitCode == 3 && document.findings.isEmpty && document.unchecked.isEmpty)
  }

  static let report: JSON = [
    "kind": "cri-report", "schema": 1, "verdict": "lost", "exitCode": 1,
    "findings": [["rule": "P1", "severity": "major", "object": ["kind": "node"], "reason": "r"]],
    "unchecked": [["what": "w", "why": "y", "code": "c"]],
  ]

  @Test(
    arguments: [
      ([], "kind", "cri-snapshot", .notAReport), ([], "kind", nil, .notAReport),
      ([], "schema", 1000, .newerSchema(1000, supported: Report.schema)), ([], "schema", "1", .malformed("schema")),
      ([], "verdict", nil, .malformed("verdict")), ([], "exitCode", 1.5, .malformed("exitCode")),
      ([], "schema", 0, .malformed("schema")), ([], "findings", nil, .malformed("findings")),
      ([], "findings", ["a": 1], .malformed("findings")), ([], "unchecked", "x", .malformed("unchecked")),
      (["findings"], "rule", nil, .malformed("findings[0].rule")),
      (["findings"], "severity", "bad", .malformed("findings[0].severity")),
      (["findings"], "object", nil, .malformed("findings[0].object")),
      (["findings"], "reason", 1, .malformed("findings[0].reason")),
      (["unchecked"], "why", nil, .malformed("unchecked[0].why")),
      (["unchecked"], "code", nil, .malformed("unchecked[0].code")),
    ] as [([String], String, JSON?, ReportDocumentError)])
  func `the error for a malformed report names the invalid member`(
    _ list: [String], _ key: String, _ value: JSON?, _ error: ReportDocumentError
  )
    throws
  {
    _ = try ReportDocument(json: Self.report)
    var document = try #require(Self.report.objectValue)
    if let list = list.first {
      var entry = try #require(document[list]?[0]?.objectValue)
      entry[key] = value
      document[list] = .array([.object(entry)])
    } else {
      document[key] = value
    }
    #expect(throws: error) { try ReportDocument(json: .object(document)) }
  }
}
