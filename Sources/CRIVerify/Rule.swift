public import CRIRules
internal import CRISnapshot

/// One thing that must hold across a change: a row of the tables in `SandboxRules`, `ContainerRules` and `NodeRules`.
public struct Rule: Hashable, Sendable {
  /// Stable name, such as `pod.ip`: in reports, and to leave a rule out.
  public let id: String
  public let severity: Severity
  /// Where it applies.
  public let scenarios: Set<Scenario>
  /// The field that is compared, in the interface's words.
  public let field: String
  /// Why it matters, in half a sentence.
  public let reason: String

  init(_ id: String, _ severity: Severity, _ scenarios: Set<Scenario>, _ field: String, _ reason: String) {
    self.id = id
    self.severity = severity
    self.scenarios = scenarios
    self.field = field
    self.reason = reason
  }
}

/// A rule together with how it is checked on one kind of object.
struct Check<Subject>: Sendable {
  /// What was and what is, in words; nil where the rule holds.
  typealias Violation = (before: String, after: String)

  let rule: Rule
  let violation: @Sendable (_ before: Subject, _ after: Subject) -> Violation?

  init(
    _ id: String, _ severity: Severity, _ scenarios: Set<Scenario>, _ field: String, _ reason: String,
    _ violation: @escaping @Sendable (_ before: Subject, _ after: Subject) -> Violation?
  ) {
    rule = Rule(id, severity, scenarios, field, reason)
    self.violation = violation
  }

  /// A value that must stay as it was.
  init(
    _ id: String, _ severity: Severity, _ scenarios: Set<Scenario>, _ field: String, _ reason: String,
    same value: @escaping @Sendable (Subject) -> some Equatable & Sendable
  ) {
    self.init(id, severity, scenarios, field, reason) { before, after in
      let (was, now) = (value(before), value(after))
      return was == now ? nil : (Words.value(was), Words.value(now))
    }
  }
}
