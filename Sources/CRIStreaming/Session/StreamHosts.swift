internal import CRISystem

/// The hosts to which a URL may point: this machine, and those that the user has allowed.
///
/// A runtime must not be able to make the user's process connect to other machines.
struct StreamHosts: Sendable {
  /// The maximum size of `/etc/hosts` in bytes.
  private static let maximumHostsFileSize = 1 << 20

  /// Host names and IP addresses, as written in the URLs.
  var allowed: [String]

  /// - Returns: The addresses to try, in order.
  /// - Throws: `.hostNotAllowed`, or `.cannotConnect` if a name has no address.
  func addresses(of host: String, port: UInt16, url: String) throws(StreamingError) -> [SocketAddress] {
    let isAllowed = allowed.contains { $0.equalsIgnoringCase(host) }
    if let address = SocketAddress(ip: host, port: port) {
      if address.isUnspecified { return [address.isIPv6 ? .loopback6(port: port) : .loopback(port: port)] }
      let isSame = allowed.contains { SocketAddress(ip: $0, port: port) == address }
      guard isAllowed || isSame || address.isLoopback || (try? address.isLocal()) == true else {
        throw refusal(host, url)
      }
      return [address]
    }
    if host.equalsIgnoringCase("localhost") { return [.loopback(port: port), .loopback6(port: port)] }
    guard isAllowed else { throw refusal(host, url) }
    let found = Self.lookUp(host, port: port)
    guard !found.isEmpty else {
      throw StreamingError(
        .cannotConnect, "/etc/hosts has no address for \(host), and cri does not use name servers", url: url)
    }
    return found
  }

  private func refusal(_ host: String, _ url: String) -> StreamingError {
    StreamingError(.hostNotAllowed(host), "\(host) is not an address of this machine", url: url)
  }

  private static func lookUp(_ host: String, port: UInt16) -> [SocketAddress] {
    guard let bytes = try? File.read("/etc/hosts", limit: maximumHostsFileSize) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, words.dropFirst().contains(where: { $0.equalsIgnoringCase(host) }) else {
        return nil
      }
      return SocketAddress(ip: String(first), port: port)
    }
  }
}
