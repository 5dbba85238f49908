/// A condition that a command checks. It contains no text, because reports build every sentence from the ID.
public struct Rule: Hashable, Sendable, Identifiable {
  /// The command that checks the rule.
  public enum Command: String, Hashable, Sendable, CaseIterable {
    /// `cri verify` and `cri guard`: compares two snapshots.
    case verify
    /// `cri preflight`: examines the node before a change.
    case preflight
    /// `cri doctor`: examines the node as it is.
    case doctor
  }

  /// The ID of the rule.
  public let id: RuleID
  /// The command that applies the rule.
  public let command: Command
  /// The severity of a violation.
  public let severity: Severity
  /// The scenarios in which verify applies the rule; empty for the rules of the other commands.
  public let scenarios: Set<Scenario>
  /// What verify compares; nil for the rules of the other commands.
  public let field: RuleField?
  /// What the change loses if a preflight rule is violated. Verify rules detect losses and do not predict any.
  public let predicts: PredictedLoss
  /// The runtime to which the rule applies; nil if it applies to every runtime.
  public let runtime: RuntimeProduct?

  /// Creates a verify rule.
  init(_ id: RuleID, _ severity: Severity, in scenarios: Set<Scenario>, _ field: RuleField) {
    self.id = id
    self.severity = severity
    self.scenarios = scenarios
    self.field = field
    command = .verify
    predicts = .nothing
    runtime = nil
  }

  /// Creates a preflight rule.
  init(_ id: RuleID, _ severity: Severity, predicts: PredictedLoss, of runtime: RuntimeProduct? = nil) {
    self.id = id
    self.severity = severity
    self.predicts = predicts
    self.runtime = runtime
    command = .preflight
    scenarios = []
    field = nil
  }

  /// Creates a doctor rule.
  init(doctor id: RuleID, _ severity: Severity) {
    self.id = id
    self.severity = severity
    command = .doctor
    predicts = .nothing
    runtime = nil
    scenarios = []
    field = nil
  }
}

extension Rule {
  /// The rules of all commands, in the order of the tables.
  public static let all: [Rule] = pods + containers + node + preflight + doctor

  static let table = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

  /// The rules of one command.
  public static func all(of command: Command) -> [Rule] { all.filter { $0.command == command } }
}
