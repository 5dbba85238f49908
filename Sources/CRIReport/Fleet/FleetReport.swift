internal import CRIJSON
public import CRIProtobuf
public import CRIRules

/// The reports of many nodes, combined: the newest report of each check on each node.
public struct FleetReport: Hashable, Sendable {
  /// The version of the report's JSON document.
  public static let schema = 1

  /// A source that contains no usable report, so that its node counts as not checked.
  public struct Unreadable: Hashable, Sendable {
    /// The file, and the position of the document if the file contains several.
    public let source: String
    /// The reason, in English.
    public let reason: String

    /// - Parameters:
    ///   - source: The file from which the report was to be read.
    ///   - reason: The reason, in English.
    public init(source: String, reason: String) { (self.source, self.reason) = (source, reason) }
  }

  /// The newest report of each check on each node, sorted by node and check.
  public var reports: [FleetNode] { newest.values.sorted { ($0.node, $0.kind.rawValue) < ($1.node, $1.kind.rawValue) } }
  /// The number of reports that are kept, plus the number of unusable sources.
  package var count: Int { newest.count + unreadable.count }
  /// The number of reports that a newer one of the same check and node has replaced.
  public private(set) var superseded = 0
  /// The sources that contain no usable report.
  public private(set) var unreadable: [Unreadable] = []
  /// The number of lines outside of documents, such as messages that were collected together with the reports.
  public var ignoredLines = 0
  /// The expected nodes of which there is no report, in order.
  public private(set) var missing: [String] = []

  private struct Key: Hashable {
    let node: String
    let kind: ReportDocument.Kind
  }
  private var newest: [Key: FleetNode] = [:]

  /// Creates an empty report.
  public init() {}

  /// Adds a report. If there is one of the same check and node already, the newer one is kept.
  /// - Parameter source: The file from which the report was read. It names the node if the report does not.
  public mutating func add(_ document: ReportDocument, from source: String) {
    let entry = FleetNode(document, from: source)
    let key = Key(node: entry.node, kind: entry.kind)
    guard let other = newest[key] else {
      newest[key] = entry
      return
    }
    superseded += 1
    // A report without a time is never preferred.
    if (entry.taken?.nanoseconds ?? .min) >= (other.taken?.nanoseconds ?? .min) { newest[key] = entry }
  }

  /// Adds a source that contains no usable report.
  public mutating func add(_ unreadable: Unreadable) { self.unreadable.append(unreadable) }

  /// Lists the nodes from which a report is expected but has not been added.
  public mutating func expect(_ nodes: Set<String>) {
    let known = Set(newest.keys.map(\.node))
    missing = nodes.subtracting(known).sorted()
  }

  /// The number of different nodes.
  public var nodeCount: Int { Set(newest.keys.map(\.node)).union(missing).count }

  /// The exit code of `cri report merge`: 1 if any report says that something is lost or wrong; otherwise 3 if
  /// any check has no verdict or any report is missing; otherwise 4 if any check had nothing to verify; otherwise 0.
  public var exitCode: Int32 {
    let levels = Set(newest.values.map(\.level))
    if levels.contains(.bad) { return 1 }
    if levels.contains(.unknown) || !unreadable.isEmpty || !missing.isEmpty || newest.isEmpty { return 3 }
    return levels.contains(.vacuous) ? 4 : 0
  }
}

/// What a fleet's report keeps of the report of one check on one node.
public struct FleetNode: Hashable, Sendable {
  /// The meaning of a verdict for the fleet, from the best to the worst.
  public enum Level: Int, Hashable, Sendable, CaseIterable, Comparable {
    /// Nothing is lost or wrong.
    case good
    /// There was nothing to verify.
    case vacuous
    /// The check has no verdict.
    case unknown
    /// Something is lost or wrong, or will be.
    case bad

    /// Orders levels, the best first.
    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// The violations of one rule on the node.
  public struct Rule: Hashable, Sendable {
    /// The rule's label, such as `P1` or `pod.ip`.
    public let label: String
    /// The severity of the findings.
    public let severity: Severity
    /// The number of findings.
    public var count: Int
  }

  /// The name of the node.
  public let node: String
  /// The check.
  public let kind: ReportDocument.Kind
  /// The verdict, such as `intact` or `loss`.
  public let verdict: String
  /// What the verdict means for the fleet.
  public let level: Level
  /// The exit code of the command that wrote the report.
  public let exitCode: Int32
  /// The time of the check; nil if the report does not contain it.
  public let taken: Timestamp?
  /// The runtime and its version; nil if the check failed.
  public let runtime: String?
  /// The runtime and its version before the change, if it is different.
  public let runtimeBefore: String?
  /// The version for which losses were predicted.
  public let target: String?
  /// The violated rules, the most severe first.
  public let rules: [Rule]
  /// The number of entries that were not checked.
  public let unchecked: Int
  /// The number of pods that were ready before the change.
  public let pods: Int?
  /// The reason why there is no verdict; nil if there is one.
  public let reason: String?
  /// The file from which the report was read.
  public let source: String

  /// The maximum number of rules whose violations are counted in a report. There are far fewer rules.
  private static let maximumRules = 1000

  init(_ document: ReportDocument, from source: String) {
    let json = document.json
    let (before, after) = (json["before"], json["after"])
    func text(_ key: String) -> String? { after?[key]?.stringValue ?? json[key]?.stringValue }
    node = text("node").flatMap { $0.isEmpty ? nil : Self.shortened($0, 253) } ?? Self.name(of: source)
    kind = document.kind
    verdict = Self.shortened(document.verdict, 100)
    level = Self.level(document)
    exitCode = document.exitCode
    taken = text("taken").flatMap(Timestamp.init)
    let runtime = text("runtime").map { Self.shortened($0, 200) }
    self.runtime = runtime
    runtimeBefore = before?["runtime"]?.stringValue.map { Self.shortened($0, 200) }.flatMap { $0 == runtime ? nil : $0 }
    target = json["target"]?.stringValue.map { Self.shortened($0, 200) }
    var counted: [String: Rule] = [:]
    for finding in document.findings {
      let label = Self.shortened(finding.rule, 100)
      guard counted[label] != nil || counted.count < Self.maximumRules else { continue }
      counted[label, default: Rule(label: label, severity: finding.severity, count: 0)].count += 1
    }
    rules = counted.values.sorted { ($1.severity, $0.label) < ($0.severity, $1.label) }
    unchecked = document.unchecked.count
    pods = (json["summary"]?["pods"] ?? json["readyPods"])?.intValue.flatMap { Int(exactly: $0) }
    reason = document.reason.map { Self.shortened($0, 2000) }
    self.source = source
  }

  /// A node's report may be hostile, and nothing honest is longer than this.
  private static func shortened(_ text: String, _ limit: Int) -> String {
    text.utf8.count > limit ? String(text.prefix(limit)) + "…" : text
  }

  /// The name of a file without directories and the extension.
  private static func name(of source: String) -> String {
    let last = source.split(separator: "/").last.map(String.init) ?? source
    return last.hasSuffix(".json") ? String(last.dropLast(5)) : last
  }

  private static func level(_ document: ReportDocument) -> Level {
    switch document.verdict {
    case "intact", "none", "healthy": .good
    case "lost", "loss", "problems": .bad
    case "vacuous": .vacuous
    default: .unknown
    }
  }
}
