/// A label that a format prints next to a value.
enum ReportLabel: CaseIterable { case notChecked, reason, remedy, verdict, check }

extension ReportText {
  func label(_ label: ReportLabel) -> String {
    switch label {
    case .notChecked: worded("not checked")
    case .reason: worded("reason")
    case .remedy: worded("remedy")
    case .verdict: worded("verdict")
    case .check: worded("check")
    }
  }
}
