package import CRISystem

/// The reason why a log cannot be shown, with the path of the file.
package enum LogError: Error, Hashable, Sendable {
  /// The file does not exist.
  case missing(String)
  /// The file exists but cannot be read.
  case unreadable(String, Errno)
  /// The path is a pipe, a device, a socket or a directory.
  case notAFile(String)
  /// The output cannot be written; the log itself is readable.
  case output(Errno)
}
