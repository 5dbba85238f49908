internal import CRISnapshot
internal import CRIVerify

/// The sentences about pods for which kubelet's decision has more than one possible outcome, or that have stopped.
extension ReportText {
  /// The other outcomes, each with its condition; empty if there is only one, or if it does not depend on the policy.
  static func otherOutcomes(of prediction: Prediction, _ kubelet: KubeletActivity) -> String {
    guard let first = prediction.alternatives.first(where: { $0.isOutcome(of: prediction) }) else {
      return completion(of: prediction)
    }
    // The line with the number of recreated pods names the policies that end them, so that it is not repeated for each.
    // If kubelet is running, it may have ended this pod already.
    let isCounted =
      prediction.action == .recreate && !(prediction.isDown && kubelet == .running)
      && prediction.alternatives.allSatisfy {
        $0.action == .kill || $0 == first
      }
    if isCounted { return completion(of: prediction) }
    let others = prediction.alternatives.filter { $0 != first }.map { other in
      let time = other.trigger == first.trigger ? "" : time(of: other)
      return "\(action(of: other))\(time) if it is \(policies(other.policies))"
    }
    return " if restartPolicy is \(policies(first.policies)), and \(others.joined(separator: ", or "))"
      + completion(of: prediction)
  }

  /// The policies with which kubelet does not recreate some of these pods, in parentheses; empty if it recreates them
  /// with every policy, or if all their policies are known.
  /// - Parameters:
  ///   - one: What happens to such a pod, such as `ends`.
  ///   - several: What happens to such pods, such as `end`.
  static func condition(_ predictions: [Prediction], _ one: String, _ several: String) -> String {
    let open = predictions.filter { $0.alternatives.contains { $0.action == .kill } }
    // The policies that end a pod can be different for each.
    let groups = Dictionary(grouping: open) { prediction in
      let ending = Set(prediction.alternatives.filter { $0.action == .kill }.flatMap(\.policies))
      return policies(RestartPolicy.allCases.filter(ending.contains))
    }
    guard let names = groups.keys.first else { return "" }
    if groups.count > 1 {
      let parts = groups.sorted { $0.key < $1.key }.map { names, pods in
        "\(pods.count) \(pods.count == 1 ? one : several) if it is \(names)"
      }
      return " (the restartPolicy of \(open.count) of them is unknown: \(parts.joined(separator: ", ")))"
    }
    if open.count == predictions.count { return " (those with restartPolicy \(names) \(several))" }
    return
      " (\(open.count) of them, whose restartPolicy is unknown, \(open.count == 1 ? one : several) if it is \(names))"
  }

  /// Lines about the pods of which nothing is running, so that kubelet does not have to stop anything.
  static func stoppedPods(_ affected: [Prediction]) -> [String] {
    let stopped = affected.filter(\.isDown)
    let recreated = stopped.filter { $0.action == .recreate && $0.rule != .c1 }
    let ended = stopped.count { $0.action == .kill && ![.m1, .m3].contains($0.rule) && !$0.runsAgainLater }
    let forgotten = affected.filter(\.runsAgainLater).map { "\($0.pod)" }.sorted()
    var lines: [String] = []
    if !recreated.isEmpty {
      lines.append(
        "kubelet will recreate \(count(recreated.count, "stopped pod"))\(condition(recreated, "ends", "end"))")
    }
    if ended > 0 {
      lines.append("kubelet will not start \(count(ended, "stopped pod")) again (restartPolicy)")
    }
    if !forgotten.isEmpty {
      lines.append(
        "kubelet ends \(list(forgotten)) (restartPolicy), but runs \(forgotten.count == 1 ? "it" : "them") again at its next "
          + "restart, because the records of \(forgotten.count == 1 ? "this static pod" : "these static pods") are gone"
      )
    }
    let completing = affected.count { !$0.completedIfStopped.isEmpty }
    if completing > 0 {
      lines.append(
        "in \(count(completing, "pod")), a container that exits with 0 when kubelet stops it counts as completed, and does "
          + "not run again")
    }
    return lines
  }

  private static func completion(of prediction: Prediction) -> String {
    let containers = prediction.completedIfStopped
    if containers.isEmpty { return "" }
    let names = containers.joined(separator: ", ")
    let ending = containers.count == 1 ? "exits with 0 when it is stopped" : "exit with 0 when they are stopped"
    if prediction.alternatives.isEmpty, prediction.mayEnd {
      return ", or end the pod as completed if \(names) \(ending)"
    }
    let pronoun = containers.count == 1 ? "it" : "they"
    let policy = prediction.restartPolicy == nil ? " with restartPolicy OnFailure" : ""
    return ", but not start \(names) again\(policy) if \(pronoun) \(ending)"
  }

  private static func action(of alternative: Prediction.Alternative) -> String {
    switch alternative.action {
    case .keep: "keep the pod"
    case .restartContainers: "restart \(alternative.containers.joined(separator: ", "))"
    case .recreate: "recreate the pod"
    case .kill: "end the pod"
    }
  }

  private static func time(of alternative: Prediction.Alternative) -> String {
    switch alternative.trigger {
    case .immediate?: " immediately"
    case .atNextEvent?: " when a container of the pod ends again"
    case .atKubeletRestart?: " at kubelet's next restart"
    case nil: ""
    }
  }

  static func policies(_ policies: [RestartPolicy]) -> String {
    policies.map(\.rawValue).joined(separator: " or ")
  }
}

extension Prediction.Alternative {
  fileprivate func isOutcome(of prediction: Prediction) -> Bool {
    action == prediction.action && rule == prediction.rule && containers == prediction.containers
      && trigger == prediction.trigger
  }
}
