/// The reason why a tar stream cannot be read or is refused.
package enum TarFailure: Error, Hashable, Sendable {
  /// The stream ends before the blocks that mark its end.
  case truncated
  case notATarStream
  case invalidNumber(field: String)
  case invalidRecord
  /// A header with a long name, or with pax records, is larger than `TarReader.maximumExtension`.
  case extensionTooLarge
  /// The name is absolute, or contains `..` or a NUL byte.
  case pointsOutside(String)
  case nameTooLong
  case unsupportedType(UInt8)
  case sparse
  /// The name is not inside the requested object.
  case unexpectedName(String)
  /// Too many bytes follow the end of the archive.
  case tooMuchPadding
  /// A file has more bytes than its entry says.
  case tooMuchData
  /// An entry follows before the file is complete.
  case missingData
}

extension TarFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated: "it ends too early"
    case .notATarStream: "a header is invalid; specify an uncompressed tar stream"
    case .invalidNumber(let field): "the \(field) in a header is invalid"
    case .invalidRecord: "a pax record is invalid"
    case .extensionTooLarge:
      "a header with a long name or pax records is larger than \(TarReader.maximumExtension) bytes"
    case .pointsOutside(let name): "the name \(name) is absolute or points outside the destination"
    case .nameTooLong: "a name is longer than \(CopyLimits.name) bytes, or a path longer than \(CopyLimits.path)"
    case .unsupportedType(let type): "an entry has the unsupported type \(type)"
    case .sparse: "it contains sparse files in a format that is not supported; create it without --sparse"
    case .unexpectedName(let name): "it contains \(name), which was not asked for"
    case .tooMuchPadding: "too many bytes follow its end"
    case .tooMuchData: "a file has more bytes than its header says"
    case .missingData: "a file has fewer bytes than its header says"
    }
  }
}
