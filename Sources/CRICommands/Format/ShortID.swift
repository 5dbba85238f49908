/// Identifiers as they appear in crictl's tables.
package enum ShortID {
  /// The number of characters that are shown.
  package static let length = 13

  /// The shortened identifier of a container or pod.
  package static func of(_ id: String) -> String {
    let start = id.utf8.prefix(length)
    // In pure ASCII, bytes are characters.
    return start.allSatisfy { $0 < 0x80 } ? String(decoding: start, as: UTF8.self) : String(id.prefix(length))
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
    let digest = reference[reference.utf8.index(after: colon)...]
    guard digest.utf8.count == digestLength(reference[..<colon]), digest.utf8.allSatisfy(isLowerHex) else {
      return reference
    }
    return of(String(digest))
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

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
  }
}
