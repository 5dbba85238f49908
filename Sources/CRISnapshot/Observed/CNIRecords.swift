/// What CNI wrote down when it made a pod's network: libcni's cache, one file an interface.
public struct CNICacheEntry: Hashable, Sendable {
  /// The network's name in CNI's configuration.
  public var network: String
  /// The interface's name in the pod, such as `eth0`.
  public var interface: String
  /// Without prefix length, in CNI's order.
  public var addresses: [String]
  /// The IPAM plugin's name, such as `host-local`; nil where the configuration does not name it.
  public var ipam: String?

  public init(network: String, interface: String, addresses: [String], ipam: String? = nil) {
    self.network = network
    self.interface = interface
    self.addresses = addresses
    self.ipam = ipam
  }
}

/// An address that host-local, CNI's own IPAM plugin, has given away: one file each.
public struct HostLocalLease: Hashable, Sendable {
  public var network: String
  public var address: String
  /// Whose it is: a sandbox's id.
  public var owner: String
  /// The interface's name; empty where an old plugin wrote it.
  public var interface: String

  public init(network: String, address: String, owner: String, interface: String = "") {
    self.network = network
    self.address = address
    self.owner = owner
    self.interface = interface
  }
}
