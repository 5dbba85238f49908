package import CRISystem

/// Why a log cannot be shown.
package enum LogError: Error, Hashable, Sendable {
  /// Nothing is at the path.
  case missing(String)
  /// It is there and cannot be read.
  case unreadable(String, Errno)
  /// A pipe, a device, a socket or a folder is in its place.
  case notAFile(String)
  /// The reader of the output has trouble, not the log.
  case output(Errno)
}
