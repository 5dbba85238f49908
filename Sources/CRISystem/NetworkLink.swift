internal import CRIShims
internal import Glibc

/// A network interface in the calling thread's network namespace, with its addresses.
package struct NetworkLink: Hashable, Sendable {
  /// An IP address with the length of its prefix.
  package struct Address: Hashable, Sendable {
    /// The 4 or 16 bytes in network order.
    package var bytes: [UInt8]
    package var prefixLength: Int
  }

  package var name: String
  package var index: UInt32 = 0
  /// The hardware address: 6 bytes for Ethernet, and empty for a tunnel.
  package var hardware: [UInt8] = []
  /// Whether the interface is up. The corresponding C flag is `IFF_UP`.
  package var isUp = false
  /// Whether the interface has a carrier, which means that its other end is up too. The corresponding C flag is
  /// `IFF_LOWER_UP`.
  package var hasCarrier = false
  package var addresses: [Address] = []

  /// Returns all interfaces in the kernel's order. The corresponding C function is `getifaddrs`, which uses netlink.
  package static func all() throws(Errno) -> [NetworkLink] {
    var first: UnsafeMutablePointer<ifaddrs>?
    _ = try retrying { getifaddrs(&first) }
    defer { freeifaddrs(first) }
    var links: [NetworkLink] = []
    var next = first
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let name = entry.ifa_name, let address = entry.ifa_addr else { continue }
      let position = Self.position(of: String(cString: name), in: &links)
      switch Int32(address.pointee.sa_family) {
      case AF_PACKET: links[position].setHardware(address, flags: entry.ifa_flags)
      case AF_INET, AF_INET6:
        let mask = entry.ifa_netmask.map(Self.bytes) ?? []
        let ones = mask.reduce(0) { $0 + $1.nonzeroBitCount }
        links[position].addresses.append(Address(bytes: Self.bytes(address), prefixLength: ones))
      default: break
      }
    }
    return links
  }

  /// Returns the position of an interface, and adds the interface if necessary. An address has a label instead of a
  /// name, such as `eth0:1` for an old-style alias.
  private static func position(of label: String, in links: inout [NetworkLink]) -> Int {
    let name = label.prefix { $0 != ":" }
    if let known = links.firstIndex(where: { $0.name == name }) { return known }
    links.append(NetworkLink(name: String(name)))
    return links.count - 1
  }

  private mutating func setHardware(_ address: UnsafeMutablePointer<sockaddr>, flags: UInt32) {
    // Every interface has an entry of this family, even without addresses.
    address.withMemoryRebound(to: sockaddr_ll.self, capacity: 1) { link in
      index = UInt32(bitPattern: link.pointee.sll_ifindex)
      hardware = withUnsafeBytes(of: link.pointee.sll_addr) { Array($0.prefix(Int(link.pointee.sll_halen))) }
    }
    isUp = flags & UInt32(IFF_UP) != 0
    // IFF_LOWER_UP is not defined in <net/if.h>.
    hasCarrier = flags & 1 << 16 != 0
  }

  private static func bytes(_ address: UnsafeMutablePointer<sockaddr>) -> [UInt8] {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
      }
    case AF_INET6:
      address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
      }
    default: []
    }
  }
}
