internal import CRIDoctor
public import CRIJSON
internal import CRIPreflight
public import CRIRules
internal import CRIVerify

/// A report decoded from the document of `cri verify`, `cri guard`, `cri preflight` or `cri doctor`
/// (`-o json`).
///
/// The properties are those that all kinds of reports have in common. `json` is the complete document; docs/report.md
/// describes its members.
public struct ReportDocument: Hashable, Sendable {
  /// The kind of a report. The raw value is the `kind` of the document.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The report of `cri verify` and `cri guard`.
    case verification = "cri-report"
    /// The report of `cri preflight`.
    case preflight = "cri-preflight"
    /// The report of `cri doctor`.
    case doctor = "cri-doctor"
  }

  /// A finding of a report.
  public struct Finding: Hashable, Sendable {
    /// The label of the rule, such as `P1`.
    public let rule: String
    /// The severity of the finding.
    public let severity: Severity
    /// The object that the finding is about: its `kind` and, depending on the kind, `namespace`, `pod`, `uid`, `name`
    /// and `id`.
    public let object: JSON
    /// Why the finding matters, in English.
    public let reason: String
    /// The complete finding.
    public let json: JSON
  }

  /// Something that was not checked.
  public struct Unchecked: Hashable, Sendable {
    /// The reason, in English.
    public let reason: String
    /// The code of the reason, such as `permission-denied`.
    public let code: String
    /// The complete entry.
    public let json: JSON
  }

  /// The kind of the report.
  public let kind: Kind
  /// The version of the document's schema.
  public let schema: Int
  /// The verdict, such as `intact` or `loss`.
  public let verdict: String
  /// The exit code of the command.
  public let exitCode: Int32
  /// The reason why there is no verdict; nil if there is one.
  public let reason: String?
  /// The findings, the most severe first; empty if the check failed.
  public let findings: [Finding]
  /// What was not checked; empty if the check failed.
  public let unchecked: [Unchecked]
  /// The complete document.
  public let json: JSON

  /// Decodes a report. Members that this version does not know are kept in `json`.
  /// - Throws: `ReportDocumentError` if the document is not a report, has a newer schema, or lacks a member.
  public init(json: JSON) throws(ReportDocumentError) {
    guard let kind = json["kind"]?.stringValue.flatMap(Kind.init(rawValue:)) else { throw .notAReport }
    let schema = try Self.member("schema", json["schema"]?.intValue.flatMap { Int(exactly: $0) })
    guard schema > 0 else { throw .malformed("schema") }
    guard schema <= kind.schema else { throw .newerSchema(schema, supported: kind.schema) }
    self.kind = kind
    self.schema = schema
    self.json = json
    verdict = try Self.member("verdict", json["verdict"]?.stringValue)
    exitCode = try Self.member("exitCode", json["exitCode"]?.intValue.flatMap { Int32(exactly: $0) })
    reason = json["reason"]?.stringValue
    var (findings, unchecked): ([Finding], [Unchecked]) = ([], [])
    // A document without them must not look like one without findings.
    let hasFailed = verdict == ReportView.failed
    for (index, entry) in try Self.entries("findings", json, isOptional: hasFailed).enumerated() {
      findings.append(try Self.finding(entry, "findings[\(index)]"))
    }
    for (index, entry) in try Self.entries("unchecked", json, isOptional: hasFailed).enumerated() {
      unchecked.append(try Self.unchecked(entry, "unchecked[\(index)]"))
    }
    (self.findings, self.unchecked) = (findings, unchecked)
  }

  private static func entries(
    _ key: String, _ json: JSON, isOptional: Bool
  ) throws(ReportDocumentError) -> [JSON] {
    if json[key] == nil, isOptional { return [] }
    return try member(key, json[key]?.arrayValue)
  }

  private static func finding(_ json: JSON, _ path: String) throws(ReportDocumentError) -> Finding {
    let severity = json["severity"]?.stringValue.flatMap { name in Severity.allCases.first { "\($0)" == name } }
    return Finding(
      rule: try member("\(path).rule", json["rule"]?.stringValue),
      severity: try member("\(path).severity", severity), object: try member("\(path).object", json["object"]),
      reason: try member("\(path).reason", json["reason"]?.stringValue), json: json)
  }

  private static func unchecked(_ json: JSON, _ path: String) throws(ReportDocumentError) -> Unchecked {
    Unchecked(
      reason: try member("\(path).why", json["why"]?.stringValue),
      code: try member("\(path).code", json["code"]?.stringValue), json: json)
  }

  private static func member<Value>(_ path: String, _ value: Value?) throws(ReportDocumentError) -> Value {
    guard let value else { throw .malformed(path) }
    return value
  }
}

extension ReportDocument.Kind {
  /// The newest schema version of such reports.
  fileprivate var schema: Int {
    switch self {
    case .verification: Report.schema
    case .preflight: PreflightReport.schema
    case .doctor: DoctorReport.schema
    }
  }
}
