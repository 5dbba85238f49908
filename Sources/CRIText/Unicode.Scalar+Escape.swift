extension Unicode.Scalar {
  /// The visible form of a character that could control a terminal, break a line, reorder it or be invisible: `\n`,
  /// `\x1b`, `\u{202e}`; nil for all others, among them joiners, which scripts and emoji need.
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
