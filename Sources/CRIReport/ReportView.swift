package import CRIJSON
package import CRIProtobuf

/// A report in the form that every format uses: what was examined, what was found, what is unchecked, and the verdict.
package struct ReportView: Sendable {
  package var check: ReportCheck
  /// What was compared, in one line.
  package var title: String
  /// The time of the check.
  package var checked: Timestamp
  /// What distinguishes a time series or a test suite, such as the node and its runtime.
  package var properties: [(name: String, value: String)]
  package var verdict: ReportVerdict
  /// Every examined subject, with or without findings.
  package var subjects: [ReportSubject]
  /// Each pod before and after a change; empty for a check that compares nothing.
  package var pods: [ReportPod] = []
  /// Lines that do not belong to a single subject.
  package var notes: [ReportNote]
  package var unchecked: [UncheckedText]
  /// The remedies, one for each line.
  package var advice: [String]
  package var counts: [ReportCount]
  /// The whole report as a document, which the formats `json` and `yaml` write.
  package var document: JSON
  /// The name of the file to which the report is written, without the extension; empty for standard output. The
  /// Prometheus format needs the name, because the series of two files must differ.
  package var fileName = ""
  /// The catalogue of the wording that the formats add.
  package var text = ReportText.english

  /// The findings, subject by subject.
  package var entries: [ReportEntry] { subjects.flatMap(\.entries) }
}

/// A pod before and after a change.
package struct ReportPod: Hashable, Sendable {
  package var name: String
  package var before: String
  package var after: String
  /// What kubelet will do to the pod.
  package var consequence: String
  /// Whether kubelet will do anything to the pod.
  package var isAffected: Bool
}

/// A line of a report that does not belong to a single subject.
package struct ReportNote: Hashable, Sendable {
  package var text: String
  /// Whether the line reports a loss.
  package var isLoss: Bool

  package init(_ text: String, isLoss: Bool = false) {
    self.text = text
    self.isLoss = isLoss
  }
}

/// A number for a monitor.
package struct ReportCount: Hashable, Sendable {
  package var metric: ReportMetric
  package var value: Int

  package init(_ metric: ReportMetric, _ value: Int) {
    self.metric = metric
    self.value = value
  }
}

extension ReportMetric {
  /// The name in performance data.
  package var name: String {
    switch self {
    case .pods, .readyPods: "pods"
    case .lostObjects, .podsToLose: "lost"
    case .podsWithoutAddress: "ip_lost"
    case .podsToRecreate: "recreate"
    case .podsToRestart: "restart"
    case .podsToDisturb: "disturbed"
    case .suspicions: "suspect"
    default: series
    }
  }

  /// The name of the time series, without the prefix of the check.
  package var series: String {
    switch self {
    case .pods, .readyPods: "pods"
    case .lostObjects: "lost_objects"
    case .podsWithoutAddress: "pods_without_address"
    case .podsToRecreate: "pods_to_recreate"
    case .podsToRestart: "pods_to_restart"
    case .podsToLose: "pods_to_lose"
    case .podsToDisturb: "pods_to_disturb"
    case .suspicions: "suspicions"
    case .verdict: "verdict"
    case .exitCode: "exit_code"
    case .timestamp: "timestamp_seconds"
    case .info: "info"
    case .unchecked: "unchecked"
    case .findings: "findings"
    case .finding: "finding"
    }
  }
}
