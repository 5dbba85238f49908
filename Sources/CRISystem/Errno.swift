internal import Glibc

/// The reason why a system call failed. The corresponding C value is `errno`.
public struct Errno: Error, Hashable, Sendable, RawRepresentable {
  /// The error number of the kernel.
  public let rawValue: Int32

  /// Creates an error from one of the kernel's error numbers.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// `ENOENT`: the file does not exist.
  public static let noSuchFile = Errno(rawValue: ENOENT)
  /// `EACCES`: the user has no permission.
  public static let permissionDenied = Errno(rawValue: EACCES)
  /// `ECONNREFUSED`: the socket exists, but no process listens on it.
  public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
  /// `ECONNRESET`: the peer closed the connection with unread data.
  public static let connectionReset = Errno(rawValue: ECONNRESET)
  /// `EPIPE`: the peer has closed the connection or pipe.
  public static let brokenPipe = Errno(rawValue: EPIPE)
  /// `EAGAIN`: the call would block. For connect(2) on a unix socket, the queue of the listener is full.
  public static let again = Errno(rawValue: EAGAIN)
  /// `EINTR`: a signal interrupted the call.
  public static let interrupted = Errno(rawValue: EINTR)
  /// `ENAMETOOLONG`: the path is too long; for a unix socket, longer than 107 bytes.
  public static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
  /// `ENOTSOCK`: the file is not a socket.
  public static let notASocket = Errno(rawValue: ENOTSOCK)
  /// `EADDRINUSE`: the path already exists; another process may listen on it.
  public static let addressInUse = Errno(rawValue: EADDRINUSE)
  /// `ENOEXEC`: the file is not a program.
  public static let notExecutable = Errno(rawValue: ENOEXEC)
  /// `EISDIR`: the file is a directory.
  public static let isADirectory = Errno(rawValue: EISDIR)
  /// `EFBIG`: the file is larger than its reader allows.
  public static let fileTooLarge = Errno(rawValue: EFBIG)
  /// `ENOTDIR`: a part of the path is not a directory.
  public static let notADirectory = Errno(rawValue: ENOTDIR)
  /// `ETIMEDOUT`: the operation did not complete in time.
  public static let timedOut = Errno(rawValue: ETIMEDOUT)
  /// `ESRCH`: the process does not exist.
  public static let noSuchProcess = Errno(rawValue: ESRCH)
  /// `EPERM`: the operation needs a privilege.
  public static let notPermitted = Errno(rawValue: EPERM)
  /// `EINVAL`: an argument or the data is invalid.
  public static let invalid = Errno(rawValue: EINVAL)
  /// `ENOTTY`: the descriptor is not a terminal.
  public static let notATerminal = Errno(rawValue: ENOTTY)
  /// `ELOOP`: the path has too many symbolic links, or one that must not be followed.
  public static let tooManyLinks = Errno(rawValue: ELOOP)
  /// `ENOSYS`: the kernel does not have this system call.
  public static let notImplemented = Errno(rawValue: ENOSYS)
  /// `EXDEV`: for openat2(2), the path leads out of the directory that it must stay in.
  public static let crossDevice = Errno(rawValue: EXDEV)
  /// `ENOMEM`: memory has run out, or another resource for which the kernel reports this error.
  public static let noMemory = Errno(rawValue: ENOMEM)
  /// `EIO`: the device failed; for a terminal, it is gone.
  public static let inputOutput = Errno(rawValue: EIO)
  /// `EOVERFLOW`: the value does not fit; for a new file, its owner does not exist in the file system's ID map.
  public static let overflow = Errno(rawValue: EOVERFLOW)
  /// `ENOSPC`: the device has no space left.
  public static let noSpace = Errno(rawValue: ENOSPC)

  /// The calling thread's `errno`. It is never inlined, because reference counting before the read could change
  /// `errno`.
  @inline(never)
  package static var last: Errno { Errno(rawValue: errno) }
}

extension Errno: CustomStringConvertible {
  /// The C library's message, such as `No such file or directory`.
  public var description: String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(rawValue, &text, text.count) == 0 else { return "errno \(rawValue)" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
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
