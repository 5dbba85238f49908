/// A number in performance data and time series.
package enum ReportMetric: CaseIterable, Sendable {
  case pods, lostObjects, podsWithoutAddress, podsToRecreate, podsToRestart
  case readyPods, podsToLose, podsToDisturb, suspicions
  // The metrics of every check.
  case verdict, exitCode, timestamp, info, unchecked, findings, finding
}

extension ReportText {
  /// The help line of a time series.
  func help(_ metric: ReportMetric) -> String {
    switch metric {
    case .pods: worded("Pods that were ready before the change.")
    case .lostObjects: worded("Pods, containers and other objects that lost state.")
    case .podsWithoutAddress: worded("Pods whose address the runtime has lost.")
    case .podsToRecreate: worded("Pods that kubelet will kill, most to recreate them.")
    case .podsToRestart: worded("Pods in which kubelet will restart containers.")
    case .readyPods: worded("Pods that are ready.")
    case .podsToLose: worded("Pods that the change would lose.")
    case .podsToDisturb: worded("Pods that would stay and lose containers.")
    case .suspicions: worded("Known defects of the versions that nothing on disk rules out.")
    case .verdict: worded("The verdict: 1 for the one that was reached.")
    case .exitCode: worded("The exit code of the check: 0 is good.")
    case .timestamp: worded("The time of the check, in seconds since the epoch.")
    case .info: worded("What was checked.")
    case .unchecked: worded("Things that could not be checked.")
    case .findings: worded("Findings by severity.")
    case .finding: worded("Findings by rule and object.")
    }
  }
}
