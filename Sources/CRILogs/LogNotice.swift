package import CRISystem

/// What is not shown, and why, while the rest is.
package enum LogNotice: Hashable, Sendable {
  /// Lines that are no records of a container log.
  case damaged(path: String, lines: Int)
  /// A rotated file that may hold what was asked for.
  case unread(path: String, Errno)
}
