/// Capital letters at the beginnings of words, as crictl's `title` writes them; other letters stay as they are.
enum TitleCase {
  static func apply(to text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var output = ""
    var isInWord = false
    for (position, scalar) in scalars.enumerated() {
      if isInWord || !scalar.properties.isCased {
        output.unicodeScalars.append(scalar)
      } else {
        output += scalar.properties.titlecaseMapping
      }
      let after = position + 1 < scalars.count ? scalars[position + 1] : nil
      isInWord = continues(scalar, after, isInWord: isInWord)
    }
    return output
  }

  /// Whether the next letter belongs to the same word.
  private static func continues(_ scalar: Unicode.Scalar, _ after: Unicode.Scalar?, isInWord: Bool) -> Bool {
    if scalar.properties.isCased { return true }
    switch scalar {
    // Inside of words: don't, example.com, a:b, snake_case.
    case "'", "\u{2019}", ".", ":", "\u{b7}": return isInWord && after?.properties.isAlphabetic == true
    case "_": return isInWord
    default: return scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? isInWord : false
    }
  }
}
