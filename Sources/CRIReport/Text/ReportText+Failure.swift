extension ReportText {
  func title(failed check: ReportCheck) -> String { worded("\(check.rawValue): no verdict") }

  /// - Parameter reason: The error that ended the check, verbatim.
  func conclusion(failed reason: String) -> String { worded("not checked: \(reason)") }
}
