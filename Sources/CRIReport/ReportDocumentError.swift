/// The reason why a JSON document cannot be decoded as a report.
public enum ReportDocumentError: Error, Hashable, Sendable {
  /// The document is not a report.
  case notAReport
  /// A newer version of `cri` wrote the document.
  case newerSchema(Int, supported: Int)
  /// A member is missing or has the wrong type. The associated value is its path, such as `findings[0].rule`.
  case malformed(String)
}

extension ReportDocumentError: CustomStringConvertible {
  /// The error in one line.
  public var description: String {
    switch self {
    case .notAReport: "the document is not a report of cri verify, cri guard, cri preflight or cri doctor"
    case .newerSchema(let schema, let supported):
      "the report has schema \(schema), and this version reads schemas up to \(supported); use a newer version"
    case .malformed(let path): "the report is damaged at \(path); write it again"
    }
  }
}
