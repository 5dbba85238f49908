internal import CRIRules
package import CRISnapshot

/// A preflight rule, together with the function that checks it.
struct PreflightCheck: Sendable {
  let rule: Rule
  let run: @Sendable (PreflightFacts, inout PreflightOutcome) throws(UnknownReason) -> Void

  init(
    _ id: RuleID, _ run: @escaping @Sendable (PreflightFacts, inout PreflightOutcome) throws(UnknownReason) -> Void
  ) {
    rule = id.rule
    self.run = run
  }
}

/// The result of a check.
package struct PreflightOutcome {
  package var findings: [(object: ObjectName, detail: PreflightDetail)] = []
  /// The reasons why parts of the check could not be performed.
  package var unknown: [UnknownReason] = []

  mutating func add(_ object: ObjectName, _ detail: PreflightDetail = .none) { findings.append((object, detail)) }
  mutating func skip(_ reason: UnknownReason) { unknown.append(reason) }
}
