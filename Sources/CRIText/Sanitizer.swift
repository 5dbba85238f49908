/// Prevents untrusted names from controlling the terminal or breaking a row.
package enum Sanitizer {
  /// Returns the text with control characters, line separators and bidirectional or invisible format characters
  /// replaced by escapes: `\n`, `\x1b`, `\u{202e}`. Joiners stay, because scripts and emoji need them.
  package static func visible(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isHarmless(scalar) {
        shown.unicodeScalars.append(scalar)
      } else {
        shown += escape(scalar)
      }
    }
    return shown
  }

  /// Returns a text of several lines sanitized in the same way, with line feeds and tabs unchanged.
  package static func visibleLines(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || isLayout($0) }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isHarmless(scalar) || scalar == "\n" || scalar == "\t" {
        shown.unicodeScalars.append(scalar)
      } else {
        shown += escape(scalar)
      }
    }
    return shown
  }

  private static func isLayout(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: false
    case .format: scalar == "\u{200c}" || scalar == "\u{200d}"
    // XML and YAML do not allow non-characters.
    default: !scalar.properties.isNoncharacterCodePoint
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let hex = String(scalar.value, radix: 16)
      return scalar.isASCII ? "\\x" + (hex.count < 2 ? "0" : "") + hex : "\\u{\(hex)}"
    }
  }
}
