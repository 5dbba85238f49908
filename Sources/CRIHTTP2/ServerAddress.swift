package import CRISystem

/// The address on which a server listens.
package enum ServerAddress: Hashable, Sendable {
  /// A unix socket at a path.
  case unix(path: String)
  /// A TCP socket. HTTP/2 is spoken without TLS and without an upgrade (RFC 9113, section 3.3).
  case tcp(SocketAddress)
}

extension ServerAddress: CustomStringConvertible {
  /// The path, or the IP address with the port.
  package var description: String {
    switch self {
    case .unix(let path): path
    case .tcp(let address): "\(address)"
    }
  }
}
