package import CRIJSON
package import CRIProtobuf

/// A report as every format sees it: what was looked at, what was found, what could not be checked, and the verdict.
package struct ReportView: Sendable {
  /// The check that was made: `verify` or `preflight`.
  package var check: String
  /// What was compared, in a line.
  package var title: String
  /// When the check was made.
  package var checked: Timestamp
  /// What a time series or a test suite is told apart by, such as the node and its runtime.
  package var properties: [(name: String, value: String)]
  package var verdict: ReportVerdict
  /// Everything that was looked at, whether something was found or not.
  package var subjects: [ReportSubject]
  /// What concerns no single subject, in lines.
  package var notes: [ReportNote]
  package var unchecked: [ReportGap]
  /// What to do about it, in lines.
  package var advice: [String]
  package var counts: [ReportCount]
  /// The report in its own words, whole: what `json` and `yaml` write.
  package var document: JSON

  /// What was found, subject by subject.
  package var entries: [ReportEntry] { subjects.flatMap(\.entries) }
}

/// A line of a report that belongs to no subject.
package struct ReportNote: Hashable, Sendable {
  package var text: String
  /// Whether it tells of a loss.
  package var isLoss: Bool

  package init(_ text: String, isLoss: Bool = false) {
    self.text = text
    self.isLoss = isLoss
  }
}

/// What could not be checked, and why.
package struct ReportGap: Hashable, Sendable {
  package var what: String
  package var why: String

  package var text: String { what.isEmpty ? why : "\(what): \(why)" }
}

/// A number for a monitor.
package struct ReportCount: Hashable, Sendable {
  /// In performance data, such as `ip_lost`.
  package var name: String
  /// In a time series, without the prefix of the check, such as `lost_addresses`.
  package var metric: String
  package var help: String
  package var value: Int
}
