internal import CRIRules

/// The counts of a fleet's report: how many nodes have each verdict, violate each rule, and run each version.
extension FleetReport {
  struct VerdictCount: Hashable {
    let kind: ReportDocument.Kind
    let verdict: String
    let level: FleetNode.Level
    let nodes: Int
  }

  struct RuleCount: Hashable {
    let kind: ReportDocument.Kind
    let label: String
    let severity: Severity
    /// The nodes on which the rule is violated, sorted.
    let nodes: [String]
    let findings: Int
  }

  struct VersionCount: Hashable {
    let kind: ReportDocument.Kind
    /// The runtime and its version; nil if the reports do not contain them.
    let runtime: String?
    let nodes: Int
    /// The verdicts, the worst first.
    let verdicts: [VerdictCount]
  }

  /// The number of nodes with each verdict of each check, the worst first.
  var verdicts: [VerdictCount] { Self.verdicts(of: reports) }

  private static func verdicts(of reports: [FleetNode]) -> [VerdictCount] {
    struct Key: Hashable {
      let kind: ReportDocument.Kind
      let verdict: String
      let level: FleetNode.Level
    }
    let groups = Dictionary(grouping: reports) { Key(kind: $0.kind, verdict: $0.verdict, level: $0.level) }
    return groups.map { key, reports in
      VerdictCount(kind: key.kind, verdict: key.verdict, level: key.level, nodes: reports.count)
    }.sorted { a, b in
      if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
      return a.level != b.level ? a.level > b.level : a.verdict < b.verdict
    }
  }

  /// The violated rules of all nodes, the most severe first, and those of most nodes first.
  var rules: [RuleCount] {
    struct Key: Hashable {
      let kind: ReportDocument.Kind
      let label: String
      let severity: Severity
    }
    var groups: [Key: (nodes: [String], findings: Int)] = [:]
    for report in reports {
      for rule in report.rules {
        let key = Key(kind: report.kind, label: rule.label, severity: rule.severity)
        groups[key, default: ([], 0)].nodes.append(report.node)
        groups[key, default: ([], 0)].findings += rule.count
      }
    }
    return groups.map { key, found in
      RuleCount(
        kind: key.kind, label: key.label, severity: key.severity, nodes: found.nodes, findings: found.findings)
    }.sorted { a, b in
      if a.severity != b.severity { return a.severity > b.severity }
      if a.nodes.count != b.nodes.count { return a.nodes.count > b.nodes.count }
      return (a.label, a.kind.rawValue) < (b.label, b.kind.rawValue)
    }
  }

  /// The runtimes and versions of all nodes, with the verdicts of each check.
  var versions: [VersionCount] {
    struct Key: Hashable {
      let kind: ReportDocument.Kind
      let runtime: String?
    }
    return Dictionary(grouping: reports) { Key(kind: $0.kind, runtime: $0.runtime) }.map { key, reports in
      VersionCount(
        kind: key.kind, runtime: key.runtime, nodes: reports.count, verdicts: Self.verdicts(of: reports))
    }.sorted { ($0.kind.rawValue, $0.runtime ?? "") < ($1.kind.rawValue, $1.runtime ?? "") }
  }

  /// The reports that need attention, the worst first.
  var attention: [FleetNode] {
    reports.enumerated().filter { $0.element.level != .good }.sorted { a, b in
      a.element.level != b.element.level ? a.element.level > b.element.level : a.offset < b.offset
    }.map(\.element)
  }
}
