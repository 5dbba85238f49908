public import CRIRules
public import CRISnapshot

/// A violation of a preflight rule by one object. It is proven, because it follows from data that was read.
public struct PreflightFinding: Hashable, Sendable {
  /// The rule that is violated.
  public var rule: Rule
  /// The object for which it is violated.
  public var object: ObjectName
  /// The facts that prove the violation.
  public var detail: PreflightDetail

  /// What the change loses. If a rule about pods names a container, only the container is lost.
  public var predicts: PredictedLoss {
    rule.predicts == .pods && object.kind == .container ? .containers : rule.predicts
  }
}
