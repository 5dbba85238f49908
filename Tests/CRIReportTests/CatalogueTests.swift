import CRIJSON
import CRIPreflight
import CRIReport
import CRIRules
import CRISnapshot
import CRIVerify
import TestSupport
import Testing

/// The catalogue contains wording for every value.
@Suite struct CatalogueTests {
  private let text = ReportText.english

  @Test(arguments: RuleID.allCases) func `every rule has wording`(id: RuleID) {
    let words = text.rule(id)
    #expect(!words.reason.isEmpty)
    #expect((id.rule.command != .verify) == !words.violation.isEmpty)
    #expect((id.rule.command != .verify) == !words.remedy.isEmpty)
  }

  @Test func `every rule has one row of metadata`() {
    #expect(Rule.all.map(\.id).count == RuleID.allCases.count)
    #expect(Set(Rule.all.map(\.id)) == Set(RuleID.allCases))
  }

  @Test func `names have one style, and each belongs to one rule`() {
    let aliases = RuleID.allCases.compactMap(\.alias)
    #expect(Set(aliases).count == aliases.count && aliases.count == Rule.all.count { $0.command != .verify })
    #expect(
      Set(aliases).isSuperset(
        of: (1...19).map { "P\($0)" } + (1...4).map { "O\($0)" } + (1...15).map { "N\($0)" } + (1...50).map { "D\($0)" }
      ))
    for id in RuleID.allCases {
      let parts = id.rawValue.split(separator: ".", omittingEmptySubsequences: false)
      #expect(parts.count == 2 && parts.allSatisfy { !$0.isEmpty }, "\(id.rawValue)")
      #expect(id.rawValue.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" || $0 == "." }, "\(id.rawValue)")
      #expect(RuleID(named: id.rawValue) == id)
      if let alias = id.alias { #expect(RuleID(named: alias) == id) }
    }
    #expect(RuleID(named: "P99") == nil && RuleID(named: "") == nil)
    #expect(RuleID(named: "P1") == .networkIPOnDisk && RuleID(named: "pod.ip") == .podIP)
  }

  @Test(arguments: UnknownReason.Code.allCases) func `every reason has wording`(code: UnknownReason.Code) {
    let reason = UnknownReason(
      code, path: "/a/path", line: 7, object: ObjectName(.container, name: "main", id: "x"), setting: .pauseImage,
      message: "its words")
    #expect(text.reason(reason).count > 8)
    #expect(!text.reason(UnknownReason(code, message: "x")).isEmpty)
  }

  @Test func `fields, remedies and advisories have wording`() {
    for field in RuleField.allCases { #expect(!text.field(field).isEmpty) }
    #expect(Set(Remedy.allCases.map { text.remedy($0) }).count == Remedy.allCases.count)
    #expect(Set(Advisories.table.map(\.id)) == Set(AdvisoryID.allCases))
  }

  @Test(arguments: ["lost", "incomplete"]) func `a report about snapshots of schema 1 is unchanged`(name: String) throws
  {
    let old = try OldDocument.json("report-\(name)")
    let report = Report(
      scenario: .restart, before: try OldDocument.snapshot("before-\(name)"),
      after: try OldDocument.snapshot("after-\(name)"))
    let code: Int32 = name == "lost" ? 1 : 3
    var document = report.json(exitCode: code)
    #expect(report.verdict().name == old["verdict"]?.stringValue && old["exitCode"]?.intValue == Int64(code))
    // Since schema 2, entries have had a code.
    document["unchecked"] = .array(
      (document["unchecked"]?.arrayValue ?? []).map { entry in
        var entry = entry
        entry["code"] = nil
        return entry
      })
    // Since schema 2, predictions have also had conditions and the pods' controllers.
    for key in ["findings", "pods"] {
      document[key] = .array((document[key]?.arrayValue ?? []).map { Self.withoutConditions($0) })
    }
    document["reasonCode"] = nil
    for key in ["before", "schema"] { document[key] = old[key] }
    #expect(Rewording.facts(document) == Rewording.facts(old))
    // Values are facts even though they are text.
    for (finding, other) in zip(document["findings"]?.arrayValue ?? [], old["findings"]?.arrayValue ?? []) {
      let after = finding["after"]?.stringValue
      // Since schema 2, exit codes that the runtime made up have been explained.
      let isExplained = after?.hasPrefix("exited 255, which is not its own code") == true && other["after"] == "exited"
      let isLost = after?.hasPrefix("none, ") == true && other["after"] == "none"
      #expect(finding["before"] == other["before"], "\(finding)")
      #expect(isExplained || isLost || finding["after"] == other["after"], "\(finding) \(other)")
    }
  }
  /// A prediction, or a finding with its prediction, as in schema 1.
  private static func withoutConditions(_ entry: JSON) -> JSON {
    var entry = entry
    let added = [
      "dependsOnPolicy", "mayEnd", "dependsOnKind", "owner", "alternatives", "completedIfStopped", "repeated",
      "leftEnded", "isDown",
      "isRecreated", "runsAgainLater",
    ]
    for key in added { entry[key] = nil }
    if let prediction = entry["kubelet"], !prediction.isNull { entry["kubelet"] = withoutConditions(prediction) }
    return entry
  }
}
