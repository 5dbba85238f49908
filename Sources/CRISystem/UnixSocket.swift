internal import Glibc

/// Stream sockets in the file system. The corresponding C family is `AF_UNIX`.
package enum UnixSocket {
  /// Longest path that fits `sockaddr_un.sun_path` with its closing NUL, in bytes.
  package static let longestPath = 107

  /// Connects without blocking.
  /// - Throws: `.again` when the listener's queue is full; the caller decides how long to try.
  package static func connect(to path: String) throws(Errno) -> Descriptor {
    let socket = try make()
    var address = try address(of: path)
    let number = socket.rawValue
    do throws(Errno) {
      _ = try retrying { withSocketAddress(&address) { Glibc.connect(number, $0, $1) } }
    } catch {
      // The kernel says the same of a socket that nobody serves and of a file that is none.
      if error == .connectionRefused && !isSocket(path) { throw .notASocket }
      throw error
    }
    return socket
  }

  /// Listens on a path; a socket file that nobody serves any more is replaced.
  package static func listen(at path: String, backlog: Int32 = 512) throws(Errno) -> Descriptor {
    let socket = try make()
    var address = try address(of: path)
    let number = socket.rawValue
    if isAbandoned(path) { unlink(path) }
    _ = try retrying { withSocketAddress(&address) { bind(number, $0, $1) } }
    _ = try retrying { Glibc.listen(number, backlog) }
    return socket
  }

  /// Takes the next waiting connection, nil where there is none.
  package static func accept(on listener: borrowing Descriptor) throws(Errno) -> Descriptor? {
    let number = listener.rawValue
    do throws(Errno) {
      let accepted = Descriptor(owning: try retrying { Glibc.accept(number, nil, nil) })
      try accepted.setFlags()
      return accepted
    } catch {
      if error == .again { return nil }
      throw error
    }
  }

  /// Two connected ends.
  package static func pair() throws(Errno) -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    _ = try retrying { socketpair(AF_UNIX, type, 0, &ends) }
    return (ends[0], ends[1])
  }

  /// True where the path names a socket.
  package static func isSocket(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
  }

  /// True for a socket that nobody serves. A full queue or a lack of permission says nothing of the kind.
  private static func isAbandoned(_ path: String) -> Bool {
    do throws(Errno) {
      _ = try connect(to: path)
      return false
    } catch {
      return error == .connectionRefused
    }
  }

  private static func make() throws(Errno) -> Descriptor {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    return Descriptor(owning: try retrying { socket(AF_UNIX, type, 0) })
  }

  private static func address(of path: String) throws(Errno) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count <= longestPath else { throw .nameTooLong }
    guard !bytes.isEmpty, !bytes.contains(0) else { throw .noSuchFile }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  private static func withSocketAddress(
    _ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

extension Descriptor {
  /// Makes it non-blocking and closed on exec, keeping its other flags.
  package borrowing func setFlags() throws(Errno) {
    let number = rawValue
    let flags = try retrying { fcntl(number, F_GETFL) }
    _ = try retrying { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    _ = try retrying { fcntl(number, F_SETFD, FD_CLOEXEC) }
  }

  /// Who is at the other end: for a server, the process that called listen(2).
  /// The corresponding socket option is `SO_PEERCRED`.
  package borrowing func peerCredentials() throws(Errno) -> PeerCredentials {
    // `struct ucred` is not in the Glibc module: three 32-bit numbers.
    var credentials: (pid: Int32, uid: UInt32, gid: UInt32) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    let number = rawValue
    _ = try retrying { getsockopt(number, SOL_SOCKET, SO_PEERCRED, &credentials, &size) }
    return PeerCredentials(pid: credentials.pid, uid: credentials.uid, gid: credentials.gid)
  }
}

/// The process behind a unix socket.
public struct PeerCredentials: Hashable, Sendable {
  /// Process id as seen from our pid namespace; 0 where it lives in one that we cannot see.
  public var pid: Int32
  public var uid: UInt32
  public var gid: UInt32

  package init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }
}

extension UnixSocket {
  /// True where somebody listens, or where we may not ask.
  package static func isServed(_ path: String) -> Bool {
    do throws(Errno) {
      _ = try connect(to: path)
      return true
    } catch {
      return error == .again || error == .permissionDenied
    }
  }
}
