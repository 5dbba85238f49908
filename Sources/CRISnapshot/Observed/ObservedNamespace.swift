/// What exists at the path of a pod's network namespace.
public enum ObservedNamespace: Hashable, Sendable {
  case alive(NamespaceID)
  case missing
  /// A file that is not a namespace, such as the mount point after a reboot or an unmount.
  case notANamespace
}

/// The identity of a namespace, regardless of the path to it.
public struct NamespaceID: Hashable, Sendable {
  /// The device number of the namespace file system.
  public var device: UInt64
  /// The number in `net:[4026532177]`, the target of `/proc/PID/ns/net`.
  public var inode: UInt64

  /// Creates a value with the given properties.
  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}
