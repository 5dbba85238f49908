package import CRIRules

/// The text of a rule.
package struct RuleText: Hashable, Sendable {
  /// What is wrong with the object if the rule is violated; empty for a verify rule, because its values show this.
  package var violation = ""
  /// Why the rule matters.
  package var reason: String
  /// What to do about it: instead of a planned change or before it, or now; empty if this depends on the whole report.
  package var remedy = ""

  static let recreateUnderFix =
    "drain the node, or recreate these pods one by one with a containerd that has the fix (1.6.15, 1.7, 2.x) before "
    + "kubelet restarts"
  static let recreateBefore = "drain the node, or recreate the pod before the change"
}

extension ReportText {
  /// The text of a rule. A test checks that every rule has one.
  package func rule(_ id: RuleID) -> RuleText {
    let reason = RuleText.podReason(id) ?? RuleText.containerReason(id) ?? RuleText.nodeReason(id)
    let text = RuleText.preflight(id) ?? RuleText.doctor(id) ?? RuleText(reason: reason ?? "")
    return RuleText(
      violation: text.violation.isEmpty ? "" : worded(text.violation), reason: worded(text.reason),
      remedy: text.remedy.isEmpty ? "" : worded(text.remedy))
  }

  /// Formats what a rule compares.
  package func field(_ field: RuleField) -> String { worded(field.rawValue) }
}
