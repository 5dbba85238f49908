/// A threshold below which kubelet evicts pods.
public enum EvictionThreshold: Hashable, Sendable {
  /// A share of the whole, in hundredths of a percent.
  case share(UInt64)
  /// A number of bytes or inodes.
  case amount(UInt64)

  /// The smallest part that does not violate the threshold.
  func minimum(of whole: UInt64) -> UInt64 {
    switch self {
    case .share(let points): whole / 10_000 * points + whole % 10_000 * points / 10_000
    case .amount(let amount): amount
    }
  }
}

/// kubelet's hard thresholds for file systems (KubeletConfiguration: `evictionHard`).
public struct EvictionThresholds: Hashable, Sendable {
  /// `imagefs.available` and `nodefs.available`; a missing one does not apply.
  public var available: [FileSystemUse.Purpose: EvictionThreshold]
  /// `imagefs.inodesFree` and `nodefs.inodesFree`; a missing one does not apply.
  public var freeInodes: [FileSystemUse.Purpose: EvictionThreshold]

  /// Creates a value with the given properties.
  public init(
    available: [FileSystemUse.Purpose: EvictionThreshold], freeInodes: [FileSystemUse.Purpose: EvictionThreshold]
  ) {
    self.available = available
    self.freeInodes = freeInodes
  }

  /// kubelet's defaults (`DefaultEvictionHard` in kubelet's `eviction/defaults_linux.go`; for the inodes of images since
  /// Kubernetes 1.31).
  public static let standard = EvictionThresholds(
    available: [.images: .share(1500), .node: .share(1000)], freeInodes: [.images: .share(500), .node: .share(500)])
}
