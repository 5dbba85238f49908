internal import CRISnapshot

/// Where a starting containerd finds a sandbox's record.
enum RecordLocation {
  case known(DiskSandbox)
  /// The record is not in a place from which containerd would restore the sandbox.
  case none(PreflightDetail)
  case unknown(UnknownReason)
}
