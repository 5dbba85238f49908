internal import CRISnapshot

/// Where a starting containerd will find a sandbox's record.
enum RecordLocation {
  case known(DiskSandbox)
  /// Nowhere that would keep the sandbox alive.
  case none(PreflightDetail)
  case unknown(UnknownReason)
}
