public import CRIRules
public import CRISnapshot

/// A rule of preflight that is violated for one object. It is proved: the facts were read.
public struct PreflightFinding: Hashable, Sendable {
  public var rule: Rule
  public var object: ObjectName
  public var detail: PreflightDetail

  /// What the change loses. A rule about pods that names a container predicts the end of that container alone.
  public var predicts: PredictedLoss {
    rule.predicts == .pods && object.kind == .container ? .containers : rule.predicts
  }
}
