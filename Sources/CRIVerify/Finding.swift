public import CRIRules
public import CRISnapshot

/// A rule that does not hold for one object.
public struct Finding: Hashable, Sendable {
  /// The rule that is violated.
  public var rule: Rule
  /// The object for which it is violated.
  public var object: ObjectName
  /// The value before the change.
  public var before: FindingValue
  /// The value after the change.
  public var after: FindingValue
  /// What kubelet will do with the object's pod; nil if kubelet keeps the pod, or if the object is a node, a runtime or
  /// an image.
  public var prediction: Prediction?
  /// Whether this finding causes the prediction.
  public var causesPrediction = false
  /// What kubelet does with the object's pod, even if it keeps the pod; nil if nothing is predicted about a pod.
  package var reaction: Prediction?

  package init(rule: Rule, object: ObjectName, before: FindingValue, after: FindingValue) {
    self.rule = rule
    self.object = object
    self.before = before
    self.after = after
  }

  /// Attaches kubelet's reaction to this finding.
  package mutating func join(_ prediction: Prediction) {
    reaction = prediction
    if prediction.action == .keep { return }
    self.prediction = prediction
    causesPrediction = isCause(of: prediction)
  }

  private func isCause(of prediction: Prediction) -> Bool {
    // Only a finding about the pod can affect the whole pod, and only a finding about a container can affect that
    // container.
    if object.kind == .container {
      guard prediction.containers.contains(object.name) else { return false }
    } else if prediction.action == .restartContainers {
      return false
    }
    if let field = prediction.field, rule.field == field { return true }
    switch rule.id {
    case .podSeveralReady, .podSuccessor, .podDeadBefore, .podNotReadyBefore, .containerDeadBefore: return true
    case .podNamespaces: return prediction.rule == .c4
    default: return false
    }
  }
}
