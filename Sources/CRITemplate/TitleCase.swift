/// Capitalises the first letter of each word, as crictl's function `title` does, and leaves other letters unchanged.
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

  /// Whether the character after `scalar` belongs to the same word.
  private static func continues(_ scalar: Unicode.Scalar, _ after: Unicode.Scalar?, isInWord: Bool) -> Bool {
    if scalar.properties.isCased { return true }
    switch scalar {
    // These characters do not end a word, as in don't, example.com and a:b.
    case "'", "\u{2019}", ".", ":", "\u{b7}": return isInWord && after?.properties.isAlphabetic == true
    case "_": return isInWord
    default: return scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? isInWord : false
    }
  }
}
