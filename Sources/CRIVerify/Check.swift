internal import CRIRules
internal import CRISnapshot

/// A rule, together with the function that checks it on one kind of object.
struct Check<Subject>: Sendable {
  /// The values before and after; nil if the rule holds.
  typealias Violation = @Sendable (_ before: Subject, _ after: Subject) -> ValuePair?

  let rule: Rule
  let violation: Violation

  init(_ id: RuleID, _ violation: @escaping Violation) {
    rule = id.rule
    self.violation = violation
  }

  /// Checks that a value is unchanged.
  init(_ id: RuleID, same value: @escaping @Sendable (Subject) -> some Equatable & FindingValueConvertible & Sendable) {
    self.init(id) { before, after in changed(value(before), value(after)) }
  }
}

/// Returns both strings; nil if they are equal, or equal after `plain` has normalised them.
func changed(_ before: String, _ after: String, in plain: (String) -> String) -> ValuePair? {
  before == after || plain(before) == plain(after) ? nil : (before.findingValue, after.findingValue)
}

/// Returns both values; nil if they are equal.
func changed<T: Equatable & FindingValueConvertible>(_ before: T, _ after: T) -> ValuePair? {
  before == after ? nil : (before.findingValue, after.findingValue)
}
