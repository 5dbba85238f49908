public import CRIRules
public import CRISnapshot

/// A preflight rule that one object violates. It is proved, because the facts were read.
public struct PreflightFinding: Hashable, Sendable {
  public var rule: Rule
  public var object: ObjectName
  public var detail: PreflightDetail

  /// What the change loses. If a rule about pods names a container, only the container is lost.
  public var predicts: PredictedLoss {
    rule.predicts == .pods && object.kind == .container ? .containers : rule.predicts
  }
}
