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
    case .podsToRecreate: worded("Pods that kubelet will kill, and recreate if their restartPolicy allows it.")
    case .podsToRestart: worded("Pods in which kubelet will restart containers.")
    case .readyPods: worded("Pods that are ready.")
    case .podsToLose: worded("Pods that would be lost in the change.")
    case .podsToDisturb: worded("Pods that would stay, but lose containers.")
    case .suspicions: worded("Known defects of the versions that the data on disk does not rule out.")
    case .verdict: worded("The verdict of the check: 1 for the verdict that applies, 0 for all others.")
    case .exitCode: worded("The exit code of the check: 0 means success.")
    case .timestamp: worded("The time of the check, in seconds since the epoch.")
    case .info: worded("What was checked: the node, its runtime, and the scenario or the target version.")
    case .unchecked: worded("Things that could not be checked.")
    case .findings: worded("Findings by severity.")
    case .finding: worded("Findings by rule and object.")
    }
  }
}
