/// How bad a finding is.
public enum Severity: Int, Hashable, Sendable, CaseIterable, Comparable {
  /// Worth knowing, nothing is lost.
  case info
  /// Something changed that tools read, no workload is touched.
  case minor
  /// State is lost or wrong, and somebody has to look.
  case major
  /// A workload dies or died: kubelet kills the pod or restarts a container, or a process is gone.
  case critical

  public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

extension Severity: CustomStringConvertible {
  public var description: String {
    switch self {
    case .info: "info"
    case .minor: "minor"
    case .major: "major"
    case .critical: "critical"
    }
  }
}
