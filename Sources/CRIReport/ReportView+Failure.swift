internal import CRIDoctor
internal import CRIJSON
internal import CRIPreflight
package import CRIProtobuf
internal import CRIVerify

extension ReportView {
  /// Describes a check that failed before it reached a verdict. It replaces an earlier report, which must not be
  /// mistaken for this one.
  /// - Parameters:
  ///   - reason: The error that ended the check, in one line.
  ///   - node: The name of this node.
  package init(
    failed check: ReportCheck, reason: String, exitCode: Int32, checked: Timestamp, node: String = "",
    text: ReportText = .english
  ) {
    self.check = check
    title = text.title(failed: check)
    self.checked = checked
    properties = node.isEmpty ? [] : [("node", node)]
    verdict = ReportVerdict(
      word: Self.failed, words: Self.verdicts(of: check), level: .unknown, exitCode: exitCode, isFailure: true,
      line: text.conclusion(failed: reason))
    (subjects, notes, unchecked, advice, counts) = ([], [], [], [], [])
    self.text = text
    let (kind, schema) =
      switch check {
      case .preflight: ("cri-preflight", PreflightReport.schema)
      case .doctor: ("cri-doctor", DoctorReport.schema)
      case .verify, .guarded: ("cri-report", Report.schema)
      }
    document = [
      "kind": .string(kind), "schema": JSON(schema), "verdict": .string(Self.failed), "exitCode": JSON(exitCode),
      "reason": .string(reason), "taken": .string("\(checked)"), "node": node.isEmpty ? .null : .string(node),
    ]
  }

  /// The verdict of a check that failed.
  package static let failed = "failed"

  /// All verdicts that a check can have.
  static func verdicts(of check: ReportCheck) -> [String] {
    switch check {
    case .preflight: ["none", "loss", "unchecked", failed]
    case .doctor: ["healthy", "problems", "unchecked", failed]
    case .verify, .guarded: ["intact", "lost", "unverified", "vacuous", failed]
    }
  }
}
