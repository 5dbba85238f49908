internal import CRISnapshot

extension Prediction {
  /// Combines what kubelet does under each policy, for a pod whose policy is unknown.
  /// - Parameter all: One prediction for each policy, which is not empty.
  init(ofUnknownPolicy all: [Prediction]) {
    // Always comes first, so that this is the prediction in which kubelet does most.
    self = all.first { $0.action != .keep } ?? all[0]
    restartPolicy = nil
    for prediction in all {
      guard let policy = prediction.restartPolicy else { continue }
      var alternative = Alternative(
        policies: [policy], action: prediction.action, rule: prediction.rule, containers: prediction.containers,
        trigger: prediction.trigger)
      if let index = alternatives.firstIndex(where: { $0.isSame(as: alternative) }) {
        alternative.policies = alternatives[index].policies + [policy]
        alternatives[index] = alternative
      } else {
        alternatives.append(alternative)
      }
    }
    if alternatives.count == 1 { alternatives = [] }
    dependsOnPolicy = !alternatives.isEmpty
    mayEnd = action != .kill && all.contains { $0.action == .kill || $0.mayEnd }
    dependsOnKind = all.contains(where: \.dependsOnKind)
    completedIfStopped = Set(all.flatMap(\.completedIfStopped)).sorted()
    repeated = Set(all.flatMap(\.repeated)).sorted()
    leftEnded = leftEnded.filter { name in all.allSatisfy { $0.leftEnded.contains(name) } }
  }
}

extension Prediction.Alternative {
  fileprivate func isSame(as other: Self) -> Bool {
    var copy = other
    copy.policies = policies
    return self == copy
  }
}
