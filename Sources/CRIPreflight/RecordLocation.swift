internal import CRISnapshot

/// Where a starting containerd finds a sandbox's record.
enum RecordLocation {
  case known(DiskSandbox)
  /// In no place that would keep the sandbox alive.
  case none(PreflightDetail)
  case unknown(UnknownReason)
}
