internal import Glibc
// The reason why a system call failed. It is the only type of swift-system in the public interface.
@_exported public import struct SystemPackage.Errno

/// Short names for this package.
extension Errno {
  /// `ENOENT`: the file does not exist.
  package static var noSuchFile: Errno { .noSuchFileOrDirectory }
  /// `EAGAIN`: the call would block. For connect(2) on a unix socket, the listener's queue is full.
  package static var again: Errno { .resourceTemporarilyUnavailable }
  /// `ENAMETOOLONG`: the path is too long; for a unix socket, longer than 107 bytes.
  package static var nameTooLong: Errno { .fileNameTooLong }
  /// `ENOTSOCK`: the file is not a socket.
  package static var notASocket: Errno { .notSocket }
  /// `ENOEXEC`: the file is not an executable program.
  package static var notExecutable: Errno { .execFormatError }
  /// `EISDIR`: the file is a directory.
  package static var isADirectory: Errno { .isDirectory }
  /// `ENOTDIR`: a component of the path is not a directory.
  package static var notADirectory: Errno { .notDirectory }
  /// `EINVAL`: an argument or the data is invalid.
  package static var invalid: Errno { .invalidArgument }
  /// `ENOTTY`: the descriptor is not a terminal.
  package static var notATerminal: Errno { .inappropriateIOCTLForDevice }
  /// `ENOSYS`: the kernel does not have this system call.
  package static var notImplemented: Errno { .noFunction }
  /// `EXDEV`: for openat2(2), the path points outside the directory in which it must stay.
  package static var crossDevice: Errno { .improperLink }
  package static var stale: Errno { .staleNFSFileHandle }
  /// `EIO`: the device failed; for a terminal, it is gone.
  package static var inputOutput: Errno { .ioError }

  /// The calling thread's `errno`. This is never inlined, because reference counting before the read could change
  /// `errno`.
  @inline(never)
  package static var last: Errno { Errno(rawValue: errno) }
}

/// Repeats a system call as long as a signal interrupts it.
/// - Returns: The result of the call, which is not negative.
/// - Throws: `errno` if the result is negative.
package func retrying<I: FixedWidthInteger & SignedInteger>(_ call: () -> I) throws(Errno) -> I {
  while true {
    let result = call()
    if result >= 0 { return result }
    let error = Errno.last
    if error != .interrupted { throw error }
  }
}
