package import CRIPreflight
internal import CRIReport
public import CRISnapshot
package import CRIVerify

// The text that reports create from typed values, so that tests can compare what a reader sees.

extension UnknownReason: ExpressibleByStringLiteral {
  /// A reason for which only the text matters.
  public init(stringLiteral text: String) { self.init(.systemError, message: text) }
}

extension UnknownReason {
  package var text: String { ReportText.english.reason(self) }
}

extension Unchecked {
  package var subjectText: String { ReportText.english.unchecked(self).subject }
  package var reasonText: String { ReportText.english.unchecked(self).reason }
}

extension Finding {
  package var beforeText: String { ReportText.english.value(before) }
  package var afterText: String { ReportText.english.value(after) }
}

extension PreflightFinding {
  package var detailText: String { ReportText.english.detail(detail) }
}

extension NetworkVerdict {
  package var reasonTexts: [String] { reasons.map { ReportText.english.reason($0) } }
}

extension Change {
  package var text: String { ReportText.english.change(self) }
}

extension CNIFault {
  /// The detail of a finding as a report prints it.
  package var text: String {
    ReportText.english.detail(.network(self))
  }
}

extension Report {
  package var vacuousText: String? { vacuous.map { ReportText.english.reason($0) } }
}
