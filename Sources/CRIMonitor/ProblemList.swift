public import CRIDoctor
internal import CRIRules
internal import CRISnapshot

/// The problems that the last examinations of a node have found.
public struct ProblemList: Hashable, Sendable {
  /// The current problems, the worst first.
  public private(set) var problems: [DoctorFinding] = []

  /// Creates an empty list.
  public init() {}

  /// What identifies a problem. A container that keeps exiting has a different ID every time.
  private struct Key: Hashable {
    let rule: RuleID
    var object: ObjectName

    init(_ finding: DoctorFinding) {
      rule = finding.rule.id
      object = finding.object
      if object.pod != nil { object.id = "" }
    }
  }

  /// Takes the result of an examination.
  /// - Returns: The problems that are new, and those that are gone. A problem whose rule could not be checked is neither.
  public mutating func update(with report: DoctorReport) -> (appeared: [DoctorFinding], disappeared: [DoctorFinding]) {
    update(with: report.findings, unchecked: Set(report.unchecked.compactMap(\.rule)))
  }

  mutating func update(
    with findings: [DoctorFinding], unchecked: Set<RuleID>
  ) -> (appeared: [DoctorFinding], disappeared: [DoctorFinding]) {
    let now = Set(findings.map(Key.init))
    let earlier = Set(problems.map(Key.init))
    let missing = problems.filter { !now.contains(Key($0)) }
    let kept = missing.filter { unchecked.contains($0.rule.id) }
    let appeared = findings.filter { !earlier.contains(Key($0)) }
    problems = findings + kept
    return (appeared, missing.filter { !unchecked.contains($0.rule.id) })
  }
}
