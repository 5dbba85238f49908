/// A command line up to the cursor, split into words as a shell does: at blanks outside quotes.
package struct ShellLine: Hashable, Sendable {
  /// The words without quotes and escapes; the last one is the word that is being typed.
  package private(set) var words: [String] = []
  /// The quote that is open at the end.
  private(set) var quote: Unicode.Scalar?
  /// Whether the line ends with a backslash.
  private(set) var isEscaped = false

  package init(_ line: some StringProtocol) {
    var word = ""
    for character in line.unicodeScalars {
      switch character {
      case _ where isEscaped:
        // In double quotes, a backslash before most characters stands for itself.
        if quote != nil, !Self.escapedInQuotes.contains(character) { word += "\\" }
        word.unicodeScalars.append(character)
        isEscaped = false
      case "\\" where quote != "'": isEscaped = true
      case quote: quote = nil
      case "'" where quote == nil, "\"" where quote == nil: quote = character
      case " " where quote == nil, "\t" where quote == nil:
        if !word.isEmpty { words.append(word) }
        word = ""
      default: word.unicodeScalars.append(character)
      }
    }
    words.append(word)
  }

  static let escapedInQuotes: [Unicode.Scalar] = ["$", "`", "\"", "\\"]
}
