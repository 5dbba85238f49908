extension String {
  /// The text in double quotes, with quotes, backslashes and the characters escaped that `Sanitizer` escapes.
  package var quoted: String { "\"\(printable)\"" }

  /// The text, or the first `limit` scalars of a longer one and an ellipsis: a name must not fill an error line.
  package func shortened(to limit: Int = 80) -> String {
    let start = unicodeScalars.prefix(limit)
    return start.endIndex == unicodeScalars.endIndex ? self : String(start) + "…"
  }

  /// `quoted` without the quotes around it.
  package var printable: String {
    // Only the other characters need a look-up.
    let isPlain = utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    return isPlain ? self : escaped { $0 == "\"" || $0 == "\\" ? "\\\($0)" : $0.escape }
  }
}
