internal import CRIProtobuf
internal import CRIRules

/// The wording of the report of a fleet.
extension ReportText {
  /// The command that wrote a report.
  func check(_ kind: ReportDocument.Kind) -> String {
    switch kind {
    case .verification: "verify"
    case .preflight: "preflight"
    case .doctor: "doctor"
    }
  }

  func title(_ fleet: FleetReport) -> String {
    let times = fleet.reports.compactMap(\.taken).sorted { $0.nanoseconds < $1.nanoseconds }
    let (first, last) = (time(times.first), time(times.last))
    let period = times.isEmpty ? "" : first == last ? ", \(first)" : ", from \(first) to \(last)"
    let nodes = Set(fleet.reports.map(\.node)).count
    return worded("\(Self.count(fleet.reports.count, "report")) of \(Self.count(nodes, "node"))\(period)")
  }

  /// The whole verdict in one line.
  func conclusion(_ fleet: FleetReport) -> String {
    func nodes(_ level: FleetNode.Level) -> Int {
      Set(fleet.reports.filter { $0.level == level }.map(\.node)).count
    }
    var parts: [String] = []
    func add(_ number: Int, _ text: (String) -> String) {
      if number > 0 { parts.append(text(Self.count(number, "node"))) }
    }
    add(nodes(.bad)) { "something is lost or wrong on \($0)" }
    add(nodes(.unknown)) { "a check has no verdict on \($0)" }
    add(fleet.missing.count) { "\($0) \(fleet.missing.count == 1 ? "has" : "have") no report" }
    if !fleet.unreadable.isEmpty { parts.append("\(Self.count(fleet.unreadable.count, "report")) cannot be read") }
    add(nodes(.vacuous)) { "there was nothing to verify on \($0)" }
    if fleet.reports.isEmpty, parts.isEmpty { return worded("not checked: there are no reports") }
    if parts.isEmpty { return worded("all checks passed on \(Self.count(fleet.nodeCount, "node"))") }
    return worded(parts.joined(separator: "; "))
  }

  func description(of level: FleetNode.Level) -> String {
    switch level {
    case .good: worded("passed")
    case .vacuous: worded("nothing to verify")
    case .unknown: worded("no verdict")
    case .bad: worded("lost or wrong")
    }
  }

  /// A node's violated rules, or the reason why there is no verdict.
  func summary(of node: FleetNode) -> String {
    if let reason = node.reason { return worded(reason) }
    let rules = node.rules.map { $0.count == 1 ? $0.label : "\($0.label) (\($0.count))" }
    let unchecked = node.unchecked == 0 ? [] : ["\(node.unchecked) not checked"]
    return worded((rules + unchecked).joined(separator: ", "))
  }

  func runtime(of node: FleetNode) -> String {
    let now = node.runtime ?? "unknown"
    return worded(node.runtimeBefore.map { "\($0) → \(now)" } ?? now)
  }

  /// Formats a time to the second.
  func time(_ time: Timestamp?) -> String {
    guard let time else { return worded("unknown") }
    return "\(Timestamp(nanoseconds: time.nanoseconds / 1_000_000_000 * 1_000_000_000))"
  }

  func missing(_ node: String) -> String { worded("there is no report from \(node)") }

  func unreadable(_ entry: FleetReport.Unreadable) -> String { worded("\(entry.source): \(entry.reason)") }

  func ignoredLines(_ number: Int) -> String {
    worded("\(Self.count(number, "line")) outside of the reports \(number == 1 ? "was" : "were") ignored")
  }

  func superseded(_ number: Int) -> String {
    worded(
      "\(Self.count(number, "older report")) of the same node and check \(number == 1 ? "was" : "were") not counted")
  }

  func more(_ number: Int) -> String { worded("and \(number) more (-o json lists all)") }

  /// The headers of the fleet's tables.
  enum FleetHeader: String, CaseIterable {
    case node, check, verdict, nodes, rule, severity, findings, examples, runtime, verdicts, taken, remarks
  }

  func header(_ header: FleetHeader) -> String { worded(header.rawValue.uppercased()) }

  /// The headings of the fleet's page.
  enum FleetHeading: String, CaseIterable {
    case nodes = "Nodes"
    case timeline = "Timeline"
    case rules = "Findings by rule"
    case versions = "Versions"
    case reports = "Reports"
    case problems = "Missing or unreadable reports"
    case show = "Show"
  }

  func heading(_ heading: FleetHeading) -> String { worded(heading.rawValue) }
}
