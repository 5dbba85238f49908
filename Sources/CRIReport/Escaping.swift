extension String {
  /// Replaces each code point for which `replacement` returns a string. It works on code points rather than characters,
  /// so that a combining mark cannot hide a quote.
  func escaped(_ replacement: (Unicode.Scalar) -> String?) -> String {
    var text = ""
    text.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      if let other = replacement(scalar) { text += other } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
