/// A network interface as it exists in a pod's network namespace.
public struct ObservedInterface: Hashable, Sendable {
  public var name: String
  public var index: UInt32
  /// Such as `4a:f8:54:d7:6a:57`; empty if it has none.
  public var mac: String
  /// Whether the interface is up.
  public var isUp: Bool
  /// Whether the peer exists and is up too.
  public var hasCarrier: Bool
  public var addresses: [InterfaceAddress]

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
  public var address: IPAddress
  public var prefixLength: Int

  public init(_ address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  /// Whether it is valid on one link only: every IPv6 interface has such an address, and no pod is reached by it.
  public var isLinkLocal: Bool { address.isLinkLocal }

  public var description: String { "\(address)/\(prefixLength)" }
}
