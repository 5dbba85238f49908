public import CRIRules
public import CRISnapshot

/// One thing that decides what a restart or an upgrade does: a row of the tables in `PreflightRules`.
public struct PreflightRule: Hashable, Sendable {
  /// What happens where the rule does not hold.
  public enum Prediction: String, Hashable, Sendable {
    /// Nothing is lost by the change itself.
    case nothing
    /// Kubelet kills or recreates the pods, or the runtime deletes them.
    case pods
    /// Containers restart or cannot be managed any more, in pods that stay.
    case containers
    /// Pods stay and have other addresses than before.
    case addresses
    /// All of them live on, and the runtime tells something else of them than before.
    case records
    /// The daemon does not come up again.
    case daemon
  }

  /// Stable name, such as `P1`: P for containerd, O for CRI-O, N for any.
  public let id: String
  public let severity: Severity
  public let predicts: Prediction
  /// What is wrong, in half a sentence about the object.
  public let what: String
  /// Why it matters.
  public let reason: String
  /// What to do instead of the change, or before it.
  public let remedy: String
}

/// A preflight rule that fires for one object. It is proved: somebody looked at the evidence.
public struct PreflightFinding: Hashable, Sendable {
  public var rule: PreflightRule
  public var object: ObjectName
  /// The evidence, such as `10.42.0.2 in the runtime, none on disk`.
  public var detail: String

  /// What happens: a rule about pods that names a container foretells that container's end alone.
  public var predicts: PreflightRule.Prediction {
    rule.predicts == .pods && object.kind == .container ? .containers : rule.predicts
  }
}

/// A rule together with how it is checked.
struct PreflightCheck: Sendable {
  /// Whose rule it is; nil: any runtime's.
  let runtime: Advisory.Product?
  let rule: PreflightRule
  let run: @Sendable (PreflightFacts, inout PreflightOutcome) throws(Unchecked) -> Void

  init(
    _ id: String, _ runtime: Advisory.Product?, _ severity: Severity, _ predicts: PreflightRule.Prediction,
    _ what: String, because reason: String, instead remedy: String,
    _ run: @escaping @Sendable (PreflightFacts, inout PreflightOutcome) throws(Unchecked) -> Void
  ) {
    self.runtime = runtime
    self.run = run
    rule = PreflightRule(
      id: id, severity: severity, predicts: predicts, what: what, reason: reason, remedy: remedy)
  }
}

/// What a check finds.
struct PreflightOutcome {
  var hits: [(object: ObjectName, detail: String)] = []
  /// What of it could not be looked at, each with the reason.
  var unchecked: [String] = []

  mutating func hit(_ object: ObjectName, _ detail: String) { hits.append((object, detail)) }
  mutating func skip(_ why: String) { unchecked.append(why) }
}
