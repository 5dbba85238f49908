internal import Glibc

/// Stream sockets at paths in the file system. The corresponding C family is `AF_UNIX`.
package enum UnixSocket {
  /// The maximum length of a path in bytes, without the NUL that terminates it in `sockaddr_un.sun_path`.
  package static let maximumPathLength = 107

  /// Connects without blocking.
  /// - Throws: `.again` if the listener's queue is full; the caller decides for how long to retry. `.notASocket`
  ///   if the file is not a socket.
  package static func connect(to path: String) throws(Errno) -> Descriptor {
    let socket = try make()
    var address = try address(of: path)
    let fd = socket.rawValue
    do throws(Errno) {
      _ = try retrying { withSocketAddress(&address) { Glibc.connect(fd, $0, $1) } }
    } catch {
      // The kernel reports this error both for a socket without a listener and for a file that is not a socket.
      if error == .connectionRefused && !isSocket(path) { throw .notASocket }
      throw error
    }
    return socket
  }

  /// Connects without blocking to a socket in the abstract namespace (unix(7)), which has a name instead of a path.
  /// - Throws: `.again` if the listener's queue is full.
  package static func connect(toAbstract name: String) throws(Errno) -> Descriptor {
    let socket = try make()
    let named = try address(ofAbstract: name)
    var address = named.address
    let fd = socket.rawValue
    _ = try retrying { withSocketAddress(&address, size: named.size) { Glibc.connect(fd, $0, $1) } }
    return socket
  }

  /// Listens on a name in the abstract namespace.
  package static func listen(atAbstract name: String, backlog: Int32 = 512) throws(Errno) -> Descriptor {
    let socket = try make()
    let named = try address(ofAbstract: name)
    var address = named.address
    let fd = socket.rawValue
    _ = try retrying { withSocketAddress(&address, size: named.size) { bind(fd, $0, $1) } }
    _ = try retrying { Glibc.listen(fd, backlog) }
    return socket
  }

  /// Listens on a path. A socket file without a listener is replaced.
  /// - Throws: `.addressInUse` if the path exists and is not a socket without a listener.
  package static func listen(at path: String, backlog: Int32 = 512) throws(Errno) -> Descriptor {
    let socket = try make()
    var address = try address(of: path)
    let fd = socket.rawValue
    if isAbandoned(path) { unlink(path) }
    _ = try retrying { withSocketAddress(&address) { bind(fd, $0, $1) } }
    _ = try retrying { Glibc.listen(fd, backlog) }
    return socket
  }

  /// Accepts the next connection, or returns nil if none is waiting.
  package static func accept(on listener: borrowing Descriptor) throws(Errno) -> Descriptor? {
    let fd = listener.rawValue
    do throws(Errno) {
      let accepted = Descriptor(owning: try retrying { Glibc.accept(fd, nil, nil) })
      try accepted.setFlags()
      return accepted
    } catch {
      if error == .again { return nil }
      throw error
    }
  }

  /// Creates two connected sockets.
  package static func pair() throws(Errno) -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    _ = try retrying { socketpair(AF_UNIX, type, 0, &ends) }
    return (ends[0], ends[1])
  }

  /// Whether the path is a socket.
  package static func isSocket(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
  }

  /// Whether the path is a socket without a listener. A full queue or a lack of permission does not prove this.
  private static func isAbandoned(_ path: String) -> Bool {
    do throws(Errno) {
      _ = try connect(to: path)
      return false
    } catch {
      return error == .connectionRefused
    }
  }

  /// Sends a datagram without blocking.
  /// - Throws: `.again` if the receiver's queue is full.
  package static func send(_ bytes: [UInt8], to path: String) throws(Errno) {
    let socket = try make(SOCK_DGRAM)
    var address = try address(of: path)
    let number = socket.rawValue
    _ = try retrying { withSocketAddress(&address) { Glibc.connect(number, $0, $1) } }
    _ = try retrying { Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
  }

  /// Sends a datagram to a name in the abstract namespace without blocking.
  /// - Throws: `.again` if the receiver's queue is full.
  package static func send(_ bytes: [UInt8], toAbstract name: String) throws(Errno) {
    let socket = try make(SOCK_DGRAM)
    let named = try address(ofAbstract: name)
    var address = named.address
    let number = socket.rawValue
    _ = try retrying { withSocketAddress(&address, size: named.size) { Glibc.connect(number, $0, $1) } }
    _ = try retrying { Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
  }

  private static func make(_ kind: __socket_type = SOCK_STREAM) throws(Errno) -> Descriptor {
    let type = Int32(kind.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    return Descriptor(owning: try retrying { socket(AF_UNIX, type, 0) })
  }

  private static func address(of path: String) throws(Errno) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count <= maximumPathLength else { throw .nameTooLong }
    guard !bytes.isEmpty, !bytes.contains(0) else { throw .noSuchFile }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  /// Returns the address and its size, because the name of an abstract socket ends where the address ends.
  private static func address(ofAbstract name: String) throws(Errno) -> (address: sockaddr_un, size: Int) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = [0] + Array(name.utf8)
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { throw .nameTooLong }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return (address, MemoryLayout<sa_family_t>.size + bytes.count)
  }

  private static func withSocketAddress(
    _ address: inout sockaddr_un, size: Int = MemoryLayout<sockaddr_un>.size,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
    }
  }
}

extension Descriptor {
  /// Sets `O_NONBLOCK` and `FD_CLOEXEC` without changing the other flags.
  package borrowing func setFlags() throws(Errno) {
    let fd = rawValue
    let flags = try retrying { fcntl(fd, F_GETFL) }
    _ = try retrying { fcntl(fd, F_SETFL, flags | O_NONBLOCK) }
    _ = try retrying { fcntl(fd, F_SETFD, FD_CLOEXEC) }
  }

  /// The process at the other end of the connection. For a server, it is the process that called listen(2). The
  /// corresponding socket option is `SO_PEERCRED`.
  package borrowing func peerCredentials() throws(Errno) -> PeerCredentials {
    // The Glibc module lacks `struct ucred`, which has three 32-bit numbers.
    var credentials: (pid: Int32, uid: UInt32, gid: UInt32) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    let fd = rawValue
    _ = try retrying { getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) }
    return PeerCredentials(pid: credentials.pid, uid: credentials.uid, gid: credentials.gid)
  }
}

/// The process at the other end of a unix socket.
public struct PeerCredentials: Hashable, Sendable {
  /// The process ID in our PID namespace, or 0 if the process is not visible there.
  public var pid: Int32
  /// The effective user ID.
  public var uid: UInt32
  /// The effective group ID.
  public var gid: UInt32

  package init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }
}

extension UnixSocket {
  /// Whether a process listens on the socket. Also true if we lack the permission to find out.
  package static func isServed(_ path: String) -> Bool {
    do throws(Errno) {
      _ = try connect(to: path)
      return true
    } catch {
      return error == .again || error == .permissionDenied
    }
  }
}
