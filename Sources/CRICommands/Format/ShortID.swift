/// Identifiers as crictl's tables show them.
package enum ShortID {
  /// How many characters of an identifier are shown.
  package static let length = 13

  /// A container's or pod's identifier, shortened.
  package static func of(_ id: String) -> String {
    let start = id.utf8.prefix(length)
    // Where each byte is a character, characters need not be looked for.
    return start.allSatisfy { $0 < 0x80 } ? String(decoding: start, as: UTF8.self) : String(id.prefix(length))
  }

  /// An image's identifier or digest, without `sha256:`, shortened.
  package static func ofImage(_ id: String) -> String {
    of(id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id)
  }

  /// What a container says that its image is: shortened only if it is a digest in full, not a name.
  package static func ofImageReference(_ reference: String) -> String {
    // The shortest digest there is.
    guard reference.utf8.count >= 71 else { return reference }
    guard let colon = reference.utf8.firstIndex(of: UInt8(ascii: ":")) else { return reference }
    let digest = reference[reference.utf8.index(after: colon)...]
    guard digest.utf8.count == digestLength(reference[..<colon]), digest.utf8.allSatisfy(isLowerHex) else {
      return reference
    }
    return of(String(digest))
  }

  /// How many digits a digest of the algorithm has; nil for one that is not known.
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
