package import CRISystem

/// The address of a collector: an IP address or `localhost`, with a port.
package struct CollectorAddress: Hashable, Sendable, CustomStringConvertible {
  package let socket: SocketAddress

  /// Parses `127.0.0.1:4317`, `[::1]:4317` or `localhost:4317`, which is 127.0.0.1.
  /// - Returns: nil for any other text. Names are not looked up, because a static program has no resolver.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
      return nil
    }
    let host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    let name = isBracketed ? String(host.dropFirst().dropLast()) : String(host)
    if name == "localhost", !isBracketed {
      socket = .loopback(port: port)
    } else if let address = SocketAddress(ip: name, port: port), address.isIPv6 == isBracketed {
      socket = address
    } else {
      return nil
    }
  }

  package var description: String { "\(socket)" }
}
