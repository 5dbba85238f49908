package import CRIRules

/// The doctor checks, one row for each rule.
public enum DoctorRules {
  static let checks: [DoctorCheck] = runtime + kubelet + objects + pods + network + host

  /// The rules that have a check, in the order in which they are checked.
  package static let table: [Rule] = checks.map(\.rule)
}
