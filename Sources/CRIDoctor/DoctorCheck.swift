internal import CRIPreflight
internal import CRIRules
internal import CRISnapshot

/// A doctor rule, together with the function that checks it.
struct DoctorCheck: Sendable {
  let rule: Rule
  let run: @Sendable (DoctorFacts, inout DoctorOutcome) throws(UnknownReason) -> Void

  init(_ id: RuleID, _ run: @escaping @Sendable (DoctorFacts, inout DoctorOutcome) throws(UnknownReason) -> Void) {
    rule = id.rule
    self.run = run
  }

  /// A rule with the condition of a preflight rule.
  /// - Parameter needs: Throws the reason why the facts of the preflight rule are not known.
  init(
    _ id: RuleID, as preflight: RuleID...,
    needs: @escaping @Sendable (DoctorFacts) throws(UnknownReason) -> Bool = { _ in true }
  ) {
    self.init(id) { (facts, found) throws(UnknownReason) in
      guard try needs(facts) else { return }
      for id in preflight {
        let outcome = PreflightRules.outcome(of: id, facts.node)
        for finding in outcome.findings { found.add(finding.object, .preflight(finding.detail)) }
        for reason in outcome.unknown { found.skip(reason) }
      }
    }
  }
}

/// The result of a check.
struct DoctorOutcome {
  var findings: [(object: ObjectName, detail: DoctorDetail)] = []
  /// The reasons why parts of the check could not be performed.
  var unknown: [UnknownReason] = []

  mutating func add(_ object: ObjectName, _ detail: DoctorDetail = .none) { findings.append((object, detail)) }
  mutating func skip(_ reason: UnknownReason) { if !unknown.contains(reason) { unknown.append(reason) } }
}
