import CRIJSON
import CRIProtobuf
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// Changing the wording of a report changes its text and nothing else.
@Suite struct VerifyWordingTests {
  private static func code(of verdict: Report.Verdict) -> Int32 {
    switch verdict {
    case .intact: 0
    case .lost: 1
    case .unverified: 3
    case .vacuous: 4
    }
  }

  private static func views(_ report: Report, _ threshold: Severity) -> (english: ReportView, other: ReportView) {
    let (code, time) = (code(of: report.verdict(failingOn: threshold)), Timestamp(seconds: 1))
    return (
      ReportView(report, failingOn: threshold, exitCode: code, checked: time),
      ReportView(report, failingOn: threshold, exitCode: code, checked: time, text: Rewording.text)
    )
  }

  @Test(arguments: RuleCase.all) func `a verdict does not depend on the wording`(test: RuleCase) {
    for threshold in [Severity.major, .minor] {
      let (english, other) = Self.views(test.report, threshold)
      #expect(Rewording.differences(english, other).isEmpty)
      #expect(Rewording.textsNotReworded(other).isEmpty)
      #expect(Rewording.textsNotReworded(english).count > 1, "no English text was found, so this test proves nothing")
    }
  }

  @Test(arguments: ["container.dead-already", "pod.dead-already"])
  func `a line about an object that was dead before says so`(rule: String) throws {
    let test = try #require(RuleCase.all.first { $0.rule == rule && $0.summary == "the runtime noticed it only now" })
    let lines = Self.views(test.report, .minor).english.subjects.flatMap(\.entries).map(\.line)
    let line = try #require(lines.first { $0.contains("[\(rule)") })
    #expect(line.contains("lost before the change"), "\(line)")
    #expect(line.contains("kubelet will") || line.contains("kubelet starts"), "\(line)")
  }

  @Test(arguments: RuleCase.all) func `the network report does not depend on the wording`(test: RuleCase) throws {
    var (before, after) = (Snapshot.before, Snapshot.after(test.scenario))
    test.change(&before, &after)
    let report = try NetReport(after)
    let (english, other) = (report.json(exitCode: 0), report.json(exitCode: 0, text: Rewording.text))
    #expect(Rewording.facts(english) == Rewording.facts(other))
    for pod in other["pods"]?.arrayValue ?? [] {
      let reasons = pod["reasons"]?.arrayValue?.compactMap(\.stringValue) ?? []
      #expect(reasons.allSatisfy(Rewording.isReworded))
    }
  }

  @Test(arguments: RuleCase.all) func `the facts in a diff do not depend on the wording`(test: RuleCase) throws {
    var (before, after) = (Snapshot.before, Snapshot.after(test.scenario))
    test.change(&before, &after)
    let (changes, unchecked) = (Diff.changes(from: before, to: after, all: true), before.incomplete + after.incomplete)
    func document(_ text: ReportText) throws -> JSON {
      var bytes: [UInt8] = []
      DiffDocument(changes, notCompared: unchecked, text: text).write { bytes += $0 }
      return Rewording.facts(try JSON.parse(bytes))
    }
    #expect(try document(.english) == document(Rewording.text))
    #expect(changes.allSatisfy { Rewording.isReworded(Rewording.text.change($0)) })
  }

  @Test func `the report of a check that failed does not depend on the wording`() {
    for check in ReportCheck.allCases {
      let time = Timestamp(seconds: 1)
      let english = ReportView(failed: check, reason: "no response", exitCode: 3, checked: time)
      let other = ReportView(failed: check, reason: "no response", exitCode: 3, checked: time, text: Rewording.text)
      #expect(Rewording.differences(english, other).isEmpty && Rewording.textsNotReworded(other).isEmpty)
      #expect(english.document == other.document)
    }
  }
}
