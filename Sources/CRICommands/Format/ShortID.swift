/// Identifiers as they appear in crictl's tables.
package enum ShortID {
  /// The number of characters that are shown.
  package static let length = 13

  /// The shortened identifier of a container or pod.
  package static func of(_ id: String) -> String {
    let utf8 = id.utf8
    let bytes = utf8.span
    // In pure ASCII, bytes are characters.
    for position in 0..<min(length, bytes.count) where bytes[position] >= 0x80 { return String(id.prefix(length)) }
    return String(id[..<(utf8.index(utf8.startIndex, offsetBy: length, limitedBy: utf8.endIndex) ?? utf8.endIndex)])
  }

  /// The shortened identifier or digest of an image, without `sha256:`.
  package static func ofImage(_ id: String) -> String {
    of(id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id)
  }

  /// A container's image reference: shortened only if it is a complete digest and not a name.
  package static func ofImageReference(_ reference: String) -> String {
    // The length of the shortest digest.
    guard reference.utf8.count >= 71 else { return reference }
    guard let colon = reference.utf8.firstIndex(of: UInt8(ascii: ":")) else { return reference }
    let digest = reference.utf8.index(after: colon)
    let count = reference.utf8.distance(from: digest, to: reference.utf8.endIndex)
    guard count == digestLength(reference[..<colon]), endsWithLowerHex(reference, count) else { return reference }
    return String(reference[digest..<reference.utf8.index(digest, offsetBy: length)])
  }

  /// The number of digits in a digest of this algorithm; nil for an unknown algorithm.
  private static func digestLength(_ algorithm: Substring) -> Int? {
    switch algorithm {
    case "sha256": 64
    case "sha384": 96
    case "sha512": 128
    default: nil
    }
  }

  /// Whether the last `count` bytes are lower-case hexadecimal digits.
  private static func endsWithLowerHex(_ text: String, _ count: Int) -> Bool {
    let utf8 = text.utf8
    let bytes = utf8.span
    for position in (bytes.count - count)..<bytes.count where !isLowerHex(bytes[position]) { return false }
    return true
  }

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
  }
}
