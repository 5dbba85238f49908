/// Collects the output of libyaml's emitter.
final class YAMLSink {
  private var bytes: [UInt8] = []

  fileprivate func append(_ chunk: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: chunk)
  }

  /// The output so far, with bidirectional control characters escaped.
  var text: String {
    let text = String(decoding: bytes, as: UTF8.self)
    // In UTF-8, all bidirectional control characters begin with this byte.
    guard bytes.contains(0xE2) else { return text }
    var escaped = ""
    for scalar in text.unicodeScalars {
      // These characters occur only in double-quoted scalars because of `needsEscapes`.
      if Self.isBidirectional(scalar) {
        escaped += "\\u" + String(scalar.value, radix: 16, uppercase: true)
      } else {
        escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Whether a string needs double quotes to be read back unchanged (carriage returns) or to be printed safely (Unicode's
  /// line separators and bidirectional control characters).
  static func needsEscapes(_ text: String) -> Bool {
    if text.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x0D }) { return false }
    return text.unicodeScalars.contains { scalar in
      switch scalar {
      case "\r", "\u{85}", "\u{2028}", "\u{2029}": true
      default: isBidirectional(scalar)
      }
    }
  }

  private static func isBidirectional(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}": true
    default: false
    }
  }
}

/// The write handler for libyaml. It always succeeds.
func yamlSinkWrite(
  _ sink: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int
) -> CInt {
  guard let sink else { return 0 }
  Unmanaged<YAMLSink>.fromOpaque(sink).takeUnretainedValue()
    .append(UnsafeBufferPointer(start: bytes, count: count))
  return 1
}
