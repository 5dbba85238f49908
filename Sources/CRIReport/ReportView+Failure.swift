internal import CRIJSON
internal import CRIPreflight
package import CRIProtobuf
internal import CRIVerify

extension ReportView {
  /// A check that came to no verdict: whoever reads the report must not take an earlier one for this.
  /// - Parameters:
  ///   - check: `verify` or `preflight`.
  ///   - reason: why, in a line.
  package init(failed check: String, reason: String, exitCode: Int32, checked: Timestamp) {
    self.check = check
    title = "\(check): no verdict"
    self.checked = checked
    properties = []
    verdict = ReportVerdict(
      word: Self.failed, words: Self.verdicts(of: check), level: .unknown, exitCode: exitCode,
      line: "not checked: \(reason)")
    (subjects, notes, unchecked, advice, counts) = ([], [], [], [], [])
    let isPreflight = check == "preflight"
    document = [
      "kind": isPreflight ? "cri-preflight" : "cri-report",
      "schema": JSON(isPreflight ? PreflightReport.schema : Report.schema), "verdict": .string(Self.failed),
      "exitCode": JSON(exitCode), "reason": .string(reason),
    ]
  }

  /// The verdict of a check that came to none.
  package static let failed = "failed"

  /// All verdicts that a check can come to.
  static func verdicts(of check: String) -> [String] {
    (check == "preflight" ? ["none", "loss", "unchecked"] : ["intact", "lost", "unverified", "vacuous"]) + [failed]
  }
}
