/// A network interface as it exists in a pod's network namespace.
public struct ObservedInterface: Hashable, Sendable {
  /// The name of the interface, such as `eth0`.
  public var name: String
  /// The index of the interface in its namespace.
  public var index: UInt32
  /// The MAC address, such as `4a:f8:54:d7:6a:57`; empty if the interface has none.
  public var mac: String
  /// Whether the interface is up.
  public var isUp: Bool
  /// Whether the interface's peer exists and is up too.
  public var hasCarrier: Bool
  /// The addresses of the interface.
  public var addresses: [InterfaceAddress]

  /// Creates a value with the given properties.
  public init(
    name: String, index: UInt32, mac: String = "", isUp: Bool = true, hasCarrier: Bool = true,
    addresses: [InterfaceAddress] = []
  ) {
    self.name = name
    self.index = index
    self.mac = mac
    self.isUp = isUp
    self.hasCarrier = hasCarrier
    self.addresses = addresses
  }
}

/// An address of an interface, written `10.42.0.3/24`.
public struct InterfaceAddress: Hashable, Sendable, CustomStringConvertible {
  /// The address.
  public var address: IPAddress
  /// The length of the prefix in bits.
  public var prefixLength: Int

  /// Creates a value with the given properties.
  public init(_ address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  /// Whether the address is valid only on one link: every IPv6 interface has such an address, but a pod cannot be
  /// reached at it.
  public var isLinkLocal: Bool { address.isLinkLocal }

  /// The address as text.
  public var description: String { "\(address)/\(prefixLength)" }
}
