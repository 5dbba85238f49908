internal import Glibc

/// The reason why a system call failed. The corresponding C value is `errno`.
public struct Errno: Error, Hashable, Sendable, RawRepresentable {
  /// The number as the kernel gives it.
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// `ENOENT`: no such file.
  public static let noSuchFile = Errno(rawValue: ENOENT)
  /// `EACCES`: permission denied.
  public static let permissionDenied = Errno(rawValue: EACCES)
  /// `ECONNREFUSED`: the socket is there, nobody listens.
  public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
  /// `ECONNRESET`: the peer went away with data unread.
  public static let connectionReset = Errno(rawValue: ECONNRESET)
  /// `EPIPE`: written to a peer that is gone.
  public static let brokenPipe = Errno(rawValue: EPIPE)
  /// `EAGAIN`: would block; for connect(2) on a unix socket, the listener's queue is full.
  public static let again = Errno(rawValue: EAGAIN)
  /// `EINTR`: interrupted by a signal.
  public static let interrupted = Errno(rawValue: EINTR)
  /// `ENAMETOOLONG`: for a unix socket, a path over 107 bytes.
  public static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
  /// `ENOTSOCK`: the file is no socket.
  public static let notASocket = Errno(rawValue: ENOTSOCK)
  /// `EADDRINUSE`: somebody listens there already.
  public static let addressInUse = Errno(rawValue: EADDRINUSE)
  /// `ENOEXEC`: the file is no program.
  public static let notExecutable = Errno(rawValue: ENOEXEC)
  /// `EISDIR`: the file is a directory.
  public static let isADirectory = Errno(rawValue: EISDIR)
  /// `EFBIG`: the file is larger than its reader allows.
  public static let fileTooLarge = Errno(rawValue: EFBIG)
  /// `ENOTDIR`: a part of the path is no directory.
  public static let notADirectory = Errno(rawValue: ENOTDIR)
  /// `ETIMEDOUT`: it took longer than it may.
  public static let timedOut = Errno(rawValue: ETIMEDOUT)
  /// `ESRCH`: no such process.
  public static let noSuchProcess = Errno(rawValue: ESRCH)
  /// `EPERM`: not for this user.
  public static let notPermitted = Errno(rawValue: EPERM)
  /// `EINVAL`: it makes no sense.
  public static let invalid = Errno(rawValue: EINVAL)
  /// `ENOTTY`: no terminal.
  public static let notATerminal = Errno(rawValue: ENOTTY)
  /// `ENOSPC`: no space left on the device.
  public static let noSpace = Errno(rawValue: ENOSPC)

  /// The calling thread's `errno`. Never inlined, so that no reference counting can come between.
  @inline(never)
  package static var last: Errno { Errno(rawValue: errno) }
}

extension Errno: CustomStringConvertible {
  /// The C library's words for it, such as `No such file or directory`.
  public var description: String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(rawValue, &text, text.count) == 0 else { return "errno \(rawValue)" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Runs a system call again while a signal interrupts it, and turns -1 into an error.
package func retrying<I: FixedWidthInteger & SignedInteger>(_ call: () -> I) throws(Errno) -> I {
  while true {
    let result = call()
    if result >= 0 { return result }
    let error = Errno.last
    if error != .interrupted { throw error }
  }
}
