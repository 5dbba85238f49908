/// Prevents text that comes from a runtime, a file or a user from controlling the terminal or breaking a table row.
package enum Sanitizer {
  /// The text, with escape sequences in place of all characters that could control a terminal, break or reorder a line,
  /// or be invisible.
  package static func visible(_ text: String) -> String {
    isPrintableASCII(text) ? text : text.escaped { $0.escape }
  }

  /// The same for multi-line text, in which line feeds and tabs are kept.
  package static func visibleLines(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || isLayout($0) }) { return text }
    return text.escaped { $0 == "\n" || $0 == "\t" ? nil : $0.escape }
  }

  private static func isPrintableASCII(_ text: String) -> Bool {
    let utf8 = text.utf8
    let bytes = utf8.span
    for position in bytes.indices where bytes[position] < 0x20 || bytes[position] >= 0x7F { return false }
    return true
  }

  private static func isLayout(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") }
}

extension String {
  /// Returns the text after replacing each character for which `escape` returns a replacement.
  func escaped(_ escape: (Unicode.Scalar) -> String?) -> String {
    var result = ""
    for scalar in unicodeScalars {
      if let escape = escape(scalar) {
        result += escape
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
