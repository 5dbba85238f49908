/// A command line up to the cursor, as a shell reads it as far as words of ours go: at blanks outside of quotes.
package struct ShellLine: Hashable, Sendable {
  /// Without quotes and escapes; the last one is what is being typed.
  package private(set) var words: [String] = []
  /// The quote that is open at the end.
  private(set) var quote: Unicode.Scalar?
  /// Whether a backslash stands at the end.
  private(set) var isEscaped = false

  package init(_ line: some StringProtocol) {
    var word = ""
    for character in line.unicodeScalars {
      switch character {
      case _ where isEscaped:
        // In double quotes it is a backslash like any other before most characters.
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
