extension ReportText {
  func title(failed check: ReportCheck) -> String { worded("\(check.rawValue): no verdict") }

  /// - Parameter reason: the error that ended the check, verbatim.
  func conclusion(failed reason: String) -> String { worded("not checked: \(reason)") }
}
