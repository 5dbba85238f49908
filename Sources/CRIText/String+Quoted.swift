extension String {
  /// The text in double quotes; quotes, backslashes and the characters that `Sanitizer` escapes are escaped.
  package var quoted: String { "\"\(printable)\"" }

  /// Returns the text. If it is longer than `limit` scalars, it is truncated and followed by an ellipsis, so that a
  /// name cannot fill an error line.
  package func shortened(to limit: Int = 80) -> String {
    let start = unicodeScalars.prefix(limit)
    return start.endIndex == unicodeScalars.endIndex ? self : String(start) + "…"
  }

  /// `quoted` without the quotes around it.
  package var printable: String {
    // Only the other characters require a look-up.
    let isPlain = utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    return isPlain ? self : escaped { $0 == "\"" || $0 == "\\" ? "\\\($0)" : $0.escape }
  }
}
