package import CRIGzip
package import CRISystem

/// A part of a log that is not shown, although the rest is.
package enum LogNotice: Hashable, Sendable {
  /// The number of lines that are not records of a container log.
  case damaged(path: String, lines: Int)
  /// The file ends with this many bytes of an incomplete record.
  case cutShort(path: String, bytes: Int)
  /// The file ends with this many NUL bytes, as after a power failure.
  case hole(path: String, bytes: Int)
  /// A rotated file that may contain selected lines but cannot be read.
  case unreadable(path: String, Errno)
  /// A rotated file with corrupt compressed data. Either none of it is shown, or only the part before the corrupt data.
  case corrupt(path: String, GzipDamage, isShownInPart: Bool)
  /// The size in bytes of the beginning of a compressed file, which was not searched.
  case leftOut(path: String, bytes: Int)
}
