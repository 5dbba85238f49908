public import CRIDoctor
public import CRIPreflight
public import CRIProtobuf
public import CRIRules
public import CRIVerify

extension Report {
  /// Returns the report as text, in the form that `cri verify` prints.
  /// - Parameters:
  ///   - format: The format of the text.
  ///   - threshold: The lowest severity that counts as a loss.
  ///   - checked: The time of the check, which some formats contain; nil for the time of the later snapshot.
  /// - Returns: Complete lines, without colours.
  public func text(
    _ format: ReportFormat = .table, failingOn threshold: Severity = .major, checked: Timestamp? = nil
  ) -> String {
    let exitCode = verdict(failingOn: threshold).exitCode
    return format.text(
      ReportView(self, failingOn: threshold, exitCode: exitCode, checked: checked ?? after.taken))
  }
}

extension PreflightReport {
  /// Returns the report as text, in the form that `cri preflight` prints.
  /// - Parameters:
  ///   - format: The format of the text.
  ///   - checked: The time of the check, which some formats contain; nil for the time at which the facts were read.
  /// - Returns: Complete lines, without colours.
  public func text(_ format: ReportFormat = .table, checked: Timestamp? = nil) -> String {
    format.text(ReportView(self, exitCode: verdict.exitCode, checked: checked ?? taken))
  }
}

extension Report.Verdict {
  /// The exit code of `cri verify`: 0 if nothing is lost, 1 if something is lost, 3 if data for a verdict is missing,
  /// and 4 if there was nothing to verify.
  public var exitCode: Int32 {
    switch self {
    case .intact: 0
    case .lost: 1
    case .unverified: 3
    case .vacuous: 4
    }
  }
}

extension PreflightReport.Verdict {
  /// The exit code of `cri preflight`: 0 if no loss is predicted, 5 if a loss is predicted, and 3 if data for a verdict
  /// is missing.
  public var exitCode: Int32 {
    switch self {
    case .none: 0
    case .loss: 5
    case .unchecked: 3
    }
  }
}

extension DoctorReport {
  /// Returns the report as text, in the form that `cri doctor` prints.
  /// - Parameters:
  ///   - format: The format of the text.
  ///   - threshold: The lowest severity that counts as a problem.
  ///   - checked: The time of the check, which some formats contain; nil for the time at which the facts were read.
  /// - Returns: Complete lines, without colours.
  public func text(
    _ format: ReportFormat = .table, failingOn threshold: Severity = .major, checked: Timestamp? = nil
  ) -> String {
    let exitCode = verdict(failingOn: threshold).exitCode
    return format.text(ReportView(self, failingOn: threshold, exitCode: exitCode, checked: checked ?? taken))
  }
}

extension DoctorReport.Verdict {
  /// The exit code of `cri doctor`: 0 if nothing is wrong, 1 if something is wrong, and 3 if something could not be
  /// checked.
  public var exitCode: Int32 {
    switch self {
    case .healthy: 0
    case .problems: 1
    case .unchecked: 3
    }
  }
}
