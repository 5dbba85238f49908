internal import Glibc

/// TCP sockets. The corresponding C families are `AF_INET` and `AF_INET6`.
package enum TCPSocket {
  /// Begins to connect without blocking. The socket is writable when the connection is established or has failed.
  package static func connect(to address: SocketAddress) throws(Errno) -> Descriptor {
    let socket = try make(address)
    let number = socket.rawValue
    do throws(Errno) {
      _ = try retrying { address.withPointer { Glibc.connect(number, $0, $1) } }
    } catch {
      if error != Errno(rawValue: EINPROGRESS) { throw error }
    }
    try socket.setForStreams()
    return socket
  }

  /// Listens on an address; port 0 lets the kernel choose one.
  package static func listen(on address: SocketAddress, backlog: Int32 = 512) throws(Errno) -> Descriptor {
    let socket = try make(address)
    try socket.set(SOL_SOCKET, SO_REUSEADDR)
    // Otherwise [::] would also occupy the IPv4 port.
    if address.isIPv6 { try socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
    let number = socket.rawValue
    _ = try retrying { address.withPointer { bind(number, $0, $1) } }
    _ = try retrying { Glibc.listen(number, backlog) }
    return socket
  }

  /// Accepts the next connection, or returns nil if none is waiting.
  package static func accept(on listener: borrowing Descriptor) throws(Errno) -> Descriptor? {
    guard let accepted = try UnixSocket.accept(on: listener) else { return nil }
    try accepted.setForStreams()
    return accepted
  }

  private static func make(_ address: SocketAddress) throws(Errno) -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    return Descriptor(owning: try retrying { socket(address.isIPv6 ? AF_INET6 : AF_INET, type, 0) })
  }
}

extension Descriptor {
  /// Sends small messages immediately, and enables the detection of an unreachable peer after some time.
  fileprivate borrowing func setForStreams() throws(Errno) {
    try set(Int32(IPPROTO_TCP), TCP_NODELAY)
    try set(SOL_SOCKET, SO_KEEPALIVE)
  }

  fileprivate borrowing func set(_ level: Int32, _ option: Int32) throws(Errno) {
    var value: Int32 = 1
    let number = rawValue
    _ = try retrying { setsockopt(number, level, option, &value, socklen_t(MemoryLayout.size(ofValue: value))) }
  }

  /// The reason why a connection could not be established; nil if it was established. The corresponding socket option
  /// is `SO_ERROR`.
  package borrowing func connectionError() throws(Errno) -> Errno? {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout.size(ofValue: code))
    let number = rawValue
    _ = try retrying { getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) }
    return code == 0 ? nil : Errno(rawValue: code)
  }

  /// The port of a TCP socket on this machine. The corresponding C function is `getsockname`.
  package borrowing func localPort() throws(Errno) -> UInt16 {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout.size(ofValue: address))
    let number = rawValue
    _ = try retrying {
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &size) }
      }
    }
    // The port has the same position in both families.
    return UInt16(bigEndian: address.sin6_port)
  }

  /// Stops sending; the other end can still read everything that was sent. The corresponding C function is `shutdown`.
  package borrowing func finishWriting() { _ = shutdown(rawValue, Int32(SHUT_WR)) }

  /// Stops reading, after which poll(2) reports the end. The corresponding C function is `shutdown`.
  package borrowing func finishReading() { _ = shutdown(rawValue, Int32(SHUT_RD)) }

  /// Reads up to `limit` bytes.
  /// - Returns: An empty array at the end; nil if the call would block.
  package borrowing func readBytes(_ limit: Int) throws(Errno) -> [UInt8]? {
    let number = rawValue
    return try Self.readBytes(limit, from: number)
  }

  /// Reads up to `limit` bytes from a descriptor that the caller has inherited, such as standard input.
  /// - Returns: An empty array at the end; nil if the call would block.
  package static func readBytes(_ limit: Int, from number: Int32) throws(Errno) -> [UInt8]? {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      do throws(Errno) {
        count = try retrying { Glibc.read(number, buffer.baseAddress, buffer.count) }
      } catch {
        failure = error
        count = 0
      }
    }
    if failure == .again { return nil }
    if let failure { throw failure }
    return bytes
  }

  /// Writes all bytes to a descriptor that the caller has inherited, and waits as long as necessary. Signals do not end
  /// the wait.
  package static func writeBlocking(_ bytes: [UInt8], to number: Int32) throws(Errno) {
    try write(bytes, to: number, atMost: bytes.count) { () throws(Errno) in }
  }
}
