import CRIMessages
import CRIProtobuf
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// A change between two snapshots, and whether a rule must fire for it.
struct RuleCase: Sendable, CustomTestStringConvertible {
  typealias Change = @Sendable (_ before: inout Snapshot, _ after: inout Snapshot) -> Void

  let rule: String
  let summary: String
  let scenario: Scenario
  let fires: Bool
  /// The text of the finding, if it is tested.
  let words: [String]?
  let change: Change

  static func fires(
    _ rule: String, _ summary: String, _ before: String? = nil, _ after: String? = nil,
    in scenario: Scenario = .restart,
    _ change: @escaping Change
  ) -> RuleCase {
    let words = before.flatMap { before in after.map { [before, $0] } }
    return RuleCase(rule: rule, summary: summary, scenario: scenario, fires: true, words: words, change: change)
  }

  static func staysSilent(
    _ rule: String, _ summary: String, in scenario: Scenario = .restart, _ change: @escaping Change
  ) -> RuleCase {
    RuleCase(rule: rule, summary: summary, scenario: scenario, fires: false, words: nil, change: change)
  }

  static let all =
    sandboxes + containers + node + kernel + renewed + copies + crashLoops + records + interfaces + outlived

  var testDescription: String { "\(scenario): \(rule) \(fires ? "fires" : "stays silent"): \(summary)" }

  var report: Report {
    var (before, after) = (Snapshot.before, Snapshot.after(scenario))
    change(&before, &after)
    return Report(scenario: scenario, before: before, after: after)
  }
}

@Suite struct RuleTests {
  @Test(arguments: Scenario.allCases)
  func `a change that loses nothing has no finding`(scenario: Scenario) {
    let report = Report(scenario: scenario, before: .before, after: .after(scenario))
    #expect(report.findings.isEmpty)
    #expect(report.affected.isEmpty)
    #expect(report.predictions.map(\.pod.name) == ["web", "proxy"])
    #expect(report.verdict(failingOn: .minor) == .intact)
  }

  @Test(arguments: RuleCase.all)
  func `a rule fires for its case and for no other`(test: RuleCase) {
    let report = test.report
    let found = report.findings.filter { $0.rule.id.label == test.rule }
    #expect(found.isEmpty != test.fires, "\(report.findings.map(\.rule.id.label))")
    if let words = test.words { #expect(found.map { [$0.beforeText, $0.afterText] } == [words]) }
  }

  @Test func `every rule has a case that fires and one that stays silent`() {
    let rules = Set(Rule.all(of: .verify).map(\.id.label))
    #expect(Set(RuleCase.all.filter(\.fires).map(\.rule)) == rules)
    #expect(Set(RuleCase.all.filter { !$0.fires }.map(\.rule)) == rules)
  }

  @Test func `every finding's rule is in the list of all rules`() {
    for test in RuleCase.all {
      for finding in test.report.findings { #expect(Rule.all.contains(finding.rule), "\(finding.rule.id.label)") }
    }
  }

  @Test func `a rule fires only in its scenarios`() {
    for test in RuleCase.all {
      for finding in test.report.findings {
        #expect(finding.rule.scenarios.contains(test.scenario), "\(test): \(finding.rule.id.label)")
      }
    }
  }

  @Test func `every rule has a field and a scenario`() {
    for rule in Rule.all(of: .verify) { #expect(rule.field != nil && !rule.scenarios.isEmpty, "\(rule.id)") }
  }

  @Test func `the worst finding comes first, then the objects in order`() {
    var after = Snapshot.after
    after.sandboxes[0].status.network?.ip = ""
    after.sandboxes[0].status.annotations = [:]
    after.containers[0].status.stopSignal = .sigkill
    after.containers[0].status.imageRef = "other"
    let severities = Report(.before, after).findings.map(\.rule.severity)
    #expect(severities == [.critical, .major, .minor, .info])
  }

  @Test func `no finding contains Swift's debug descriptions`() {
    for test in RuleCase.all {
      for finding in test.report.findings {
        for words in [finding.beforeText, finding.afterText] {
          #expect(
            !words.contains("Optional") && !words.contains("(") || words.contains("(default)"), "\(test.rule): \(words)"
          )
          #expect(!words.isEmpty, "\(test.rule)")
        }
      }
    }
  }
}
