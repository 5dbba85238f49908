package import CRIMonitor
internal import CRIProtobuf
internal import CRIRules

/// The metrics of a monitor, named by the Prometheus conventions. The number of series has a limit: no label names a
/// pod.
package struct MonitorMetrics {
  /// The text formats of Prometheus.
  package enum Format: Hashable, Sendable {
    case openMetrics
    /// The text format 0.0.4.
    case prometheus

    /// The media type.
    package var type: String {
      switch self {
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
      }
    }
  }

  private enum Kind: String { case gauge, counter }

  /// The verdicts of a restart.
  private static let verdicts = ["intact", "lost", "unverified", "vacuous", "failed"]

  private let format: Format
  private let text: ReportText
  private var lines = ""

  private init(_ format: Format, _ text: ReportText) {
    self.format = format
    self.text = text
  }

  /// Writes the metrics.
  package static func write(
    _ status: MonitorStatus, as format: Format, text: ReportText = .english
  ) -> String {
    var metrics = MonitorMetrics(format, text)
    metrics.add(status)
    return metrics.lines + (format == .openMetrics ? "# EOF\n" : "")
  }

  private mutating func add(_ status: MonitorStatus) {
    add("watching", .gauge, "Whether the process of the runtime is being watched.", [("", status.isWatching ? 1 : 0)])
    add("events", .gauge, "Whether the runtime sends events.", [("", status.hasEvents ? 1 : 0)])
    if let read = status.stateReadAt {
      add(
        "state_timestamp_seconds", .gauge, "The time at which the last good state was read.", [("", Self.seconds(read))]
      )
      add("pods", .gauge, "Ready pods in the last good state.", [("", Double(status.podCount))])
      add("containers", .gauge, "Running containers in the last good state.", [("", Double(status.containerCount))])
    }
    add("calls", .counter, "Calls to the runtime.", [("", Double(status.callCount))])
    add("read_failures", .counter, "Reads of the state that failed.", [("", Double(status.failureCount))])
    add(
      "restarts", .counter, "Verified restarts of the runtime since the monitor was started, by verdict.",
      Self.verdicts.map { ("verdict=\"\($0)\"", Double(status.restartCounts[$0] ?? 0)) })
    if let last = status.lastRestart {
      add("last_restart_timestamp_seconds", .gauge, "The time of the last restart.", [("", Self.seconds(last.noticed))])
      add(
        "last_verdict", .gauge, "The verdict about the last restart: 1 for the verdict that applies, 0 for all others.",
        Self.verdicts.map { ("verdict=\"\($0)\"", $0 == last.verdict ? 1 : 0) })
    }
    if let counts = status.problemCounts {
      add(
        "problems", .gauge, "Problems that the last examination of the node has found, by rule of cri doctor.",
        Rule.all(of: .doctor).map { rule in
          ("rule=\"\(rule.id.rawValue)\",severity=\"\(rule.severity)\"", Double(counts[rule.id] ?? 0))
        })
    }
  }

  private mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: String, value: Double)])
  {
    let base = "cri_monitor_\(name)"
    let sample = kind == .counter ? "\(base)_total" : base
    // In the older format, the suffix is part of the name of the metric.
    let family = format == .openMetrics ? base : sample
    lines += "# HELP \(family) \(text.worded(help))\n# TYPE \(family) \(kind.rawValue)\n"
    for (labels, value) in samples {
      let whole = Int64(exactly: value).map { "\($0)" } ?? "\(value)"
      lines += "\(sample)\(labels.isEmpty ? "" : "{\(labels)}") \(whole)\n"
    }
  }

  private static func seconds(_ time: Timestamp) -> Double { Double(time.nanoseconds / 1_000_000) / 1000 }
}
