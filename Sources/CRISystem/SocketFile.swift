internal import Glibc

/// The file of a listening socket, at a path that is resolved by the rules of `PathWalk`. The file is removed when this value is released.
package final class SocketFile: Sendable {
  private let walk: PathWalk

  private init(_ walk: consuming PathWalk) { self.walk = walk }

  /// Listens on a path. A socket file without a listener is replaced.
  /// - Throws: `.system(.addressInUse)` if the path exists and is not a socket without a listener, or `.permissionDenied` if the umask
  ///   permits other users to connect.
  package static func listen(at path: String) throws(FileError) -> (SocketFile, Listener) {
    let walk = try PathWalk(toFile: path)
    guard walk.held == nil else { throw .system(.addressInUse) }
    // Relative to the directory that was found, whatever its path points to later.
    let own = "/proc/self/fd/\(walk.directory.rawValue)/\(walk.name)"
    let listener = try File.system { () throws(Errno) in try UnixSocket.listen(at: own).release() }
    let file = SocketFile(walk)
    // The umask determines the mode.
    guard let mode = try? File.status(of: own).permissions, mode & 0o022 == 0 else {
      _ = Descriptor(owning: listener)
      throw .permissionDenied
    }
    return (file, Listener(number: listener))
  }

  /// The descriptor of a listening socket, which the receiver owns.
  package struct Listener {
    package let number: Int32
  }

  deinit { unlinkat(walk.directory.rawValue, walk.name, 0) }
}
