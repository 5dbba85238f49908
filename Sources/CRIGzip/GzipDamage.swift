/// The kind of damage in compressed data.
package enum GzipDamage: Hashable, Sendable {
  /// The data does not begin with a gzip header.
  case notGzip
  /// The data ends within a member.
  case cutShort
  /// The contents or the checksum are wrong.
  case corrupt
  /// Other data follows the last member.
  case trailingGarbage
  /// The data expands to more than the limit, which only a decompression bomb does.
  case implausibleSize
}

extension GzipDamage: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notGzip: "it is not gzip data"
    case .cutShort: "its compressed data is cut short"
    case .corrupt: "its compressed data is damaged"
    case .implausibleSize: "it expands to an implausible size, as a decompression bomb does"
    case .trailingGarbage: "other data follows its compressed data"
    }
  }
}
