package import CRISystem

/// A part of a log that is not shown, although the rest is.
package enum LogNotice: Hashable, Sendable {
  /// The number of lines that are not records of a container log.
  case damaged(path: String, lines: Int)
  /// A rotated file that may contain selected lines but cannot be read.
  case unreadable(path: String, Errno)
}
