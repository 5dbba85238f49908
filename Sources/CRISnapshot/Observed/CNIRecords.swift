/// A CNI result that libcni cached when it attached a pod to a network: there is one file for each interface.
public struct CNICacheEntry: Hashable, Sendable {
  /// The network's name in the CNI configuration.
  public var network: String
  /// The interface's name in the pod, such as `eth0`.
  public var interface: String
  /// The addresses without prefix length, in the order of the result.
  public var addresses: [String]
  /// The IPAM plugin's name, such as `host-local`; nil if the configuration does not name one.
  public var ipam: String?

  /// Creates a value with the given properties.
  public init(network: String, interface: String, addresses: [String], ipam: String? = nil) {
    self.network = network
    self.interface = interface
    self.addresses = addresses
    self.ipam = ipam
  }
}

/// An address that host-local, the IPAM plugin of the CNI project, has assigned: there is one file for each address.
public struct HostLocalLease: Hashable, Sendable {
  /// The network's name in the CNI configuration.
  public var network: String
  /// The address, without prefix length.
  public var address: String
  /// The ID of the sandbox that has the lease.
  public var owner: String
  /// The interface's name; empty if the lease was written by an old version of the plugin.
  public var interface: String

  /// Creates a value with the given properties.
  public init(network: String, address: String, owner: String, interface: String = "") {
    self.network = network
    self.address = address
    self.owner = owner
    self.interface = interface
  }
}
