/// The severity of a finding.
public enum Severity: Int, Hashable, Sendable, CaseIterable, Comparable {
  /// Nothing is lost, but the finding is worth knowing.
  case info
  /// A value that tools read has changed, but no workload is affected.
  case minor
  /// State is lost or wrong, and must be examined.
  case major
  /// A workload is lost: kubelet kills the pod or restarts a container, or a process is gone.
  case critical

  /// Orders severities, the least severe first.
  public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

extension Severity: CustomStringConvertible {
  /// The name of the severity in documents.
  public var description: String {
    switch self {
    case .info: "info"
    case .minor: "minor"
    case .major: "major"
    case .critical: "critical"
    }
  }
}
