/// What is wrong with compressed data.
package enum GzipDamage: Hashable, Sendable {
  /// It does not begin as gzip does.
  case notGzip
  /// It ends within a member.
  case cutShort
  /// Its contents or its checksum are wrong.
  case corrupt
  /// Something else follows the last member.
  case trailingGarbage
}

extension GzipDamage: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notGzip: "it is not gzip data"
    case .cutShort: "its compressed data is cut short"
    case .corrupt: "its compressed data is damaged"
    case .trailingGarbage: "other data follows its compressed data"
    }
  }
}
