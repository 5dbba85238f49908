/// What is at the path where the runtime says that a pod's network namespace is.
public enum ObservedNamespace: Hashable, Sendable {
  case alive(NamespaceID)
  case missing
  /// A file that is no namespace: what is left of it after a reboot, or once it is unmounted.
  case notANamespace
}

/// Which namespace it is, however many paths lead to it.
public struct NamespaceID: Hashable, Sendable {
  public var device: UInt64
  /// As in `net:[4026532177]`, where `/proc/PID/ns/net` leads.
  public var inode: UInt64

  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}
