extension Unicode.Scalar {
  /// The escape sequence for a character that could control a terminal, break or reorder a line, or be invisible, such
  /// as `\n`, `\x1b` or `\u{202e}`. It is nil for all others, including the joiners, which some writing systems and
  /// emoji need.
  var escape: String? {
    if value >= 0x20 && value < 0x7F { return nil }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: break
    case .format where self != "\u{200c}" && self != "\u{200d}": break
    // Neither XML nor YAML permits noncharacters.
    default: guard properties.isNoncharacterCodePoint else { return nil }
    }
    switch self {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let hex = String(value, radix: 16)
      return isASCII ? "\\x" + (hex.count < 2 ? "0" : "") + hex : "\\u{\(hex)}"
    }
  }
}
