internal import Glibc

/// The address of a TCP socket: an IP address with a port.
package struct SocketAddress: Hashable, Sendable {
  /// The 4 or 16 bytes of the IP address in network order.
  package let bytes: [UInt8]
  package var port: UInt16

  /// - Parameter bytes: 4 or 16 bytes in network order.
  package init(bytes: [UInt8], port: UInt16) {
    self.bytes = bytes
    self.port = port
  }

  /// Parses an IPv4 or IPv6 address without brackets and without a zone. The corresponding C function is `inet_pton`.
  /// - Returns: nil for any other text; names are not looked up.
  package init?(ip text: String, port: UInt16) {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 {
        self.init(bytes: bytes, port: port)
        return
      }
    }
    return nil
  }

  package static func loopback(port: UInt16) -> SocketAddress { SocketAddress(bytes: [127, 0, 0, 1], port: port) }
  package static func loopback6(port: UInt16) -> SocketAddress {
    SocketAddress(bytes: [UInt8](repeating: 0, count: 15) + [1], port: port)
  }

  package var isIPv6: Bool { bytes.count == 16 }

  /// The IPv4 address in an IPv4-mapped IPv6 address (`::ffff:127.0.0.1`); any other address unchanged.
  private var unmapped: ArraySlice<UInt8> {
    let prefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    return bytes.starts(with: prefix) && isIPv6 ? bytes[12...] : bytes[...]
  }

  /// Whether packets sent to this address never leave the machine.
  package var isLoopback: Bool {
    let address = unmapped
    return address.count == 4 ? address.first == 127 : self == .loopback6(port: port)
  }

  /// Whether the address is `0.0.0.0` or `::`, which the kernel treats as this machine when connecting.
  package var isUnspecified: Bool { unmapped.allSatisfy { $0 == 0 } }

  /// Whether an interface of this machine has the address.
  /// - Throws: The error of a system call.
  package func isLocal() throws(Errno) -> Bool {
    let address = Array(unmapped)
    return try NetworkLink.all().contains { $0.addresses.contains { $0.bytes == address } }
  }

  /// The IP address as text. The corresponding C function is `inet_ntop`.
  package var ip: String {
    var text = [CChar](repeating: 0, count: 64)
    _ = inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    if isIPv6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
      return Self.rebind(&address, body)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
    return Self.rebind(&address, body)
  }

  private static func rebind<Address>(
    _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
    }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `127.0.0.1:80` or `[::1]:80`.
  package var description: String { isIPv6 ? "[\(ip)]:\(port)" : "\(ip):\(port)" }
}
