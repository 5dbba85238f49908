/// What bash is to put in the place of what is being typed. It puts there what it is given, and runs what stands there:
/// names come from the runtime, so whatever means something to the shell must be quoted here.
package struct BashWord: Hashable, Sendable {
  /// What stands before it in the same word: bash divides words at `:` and `=` too.
  private let before: String
  private let quote: Unicode.Scalar?

  /// - Parameter current: the end of the line, which is replaced.
  /// - Returns: nil where quotes begin or end within it: what would fit there cannot be told.
  package init?(_ line: String, current: String) {
    guard line.hasSuffix(current) else { return nil }
    let (start, end) = (ShellLine(line.dropLast(current.count)), ShellLine(line))
    guard start.quote == end.quote, !start.isEscaped else { return nil }
    (before, quote) = (start.words.last ?? "", start.quote)
  }

  /// A value without what stands before; nil where there is nothing to put, or no safe way to.
  package func text(_ value: String) -> String? {
    guard value.hasPrefix(before), value.utf8.count > before.utf8.count else { return nil }
    let rest = value.dropFirst(before.count)
    switch quote {
    // Neither can be written within its quotes.
    case "'": return rest.unicodeScalars.contains("'") ? nil : String(rest)
    case "\"": return rest.unicodeScalars.contains("!") ? nil : escaped(rest) { ShellLine.escapedInQuotes.contains($0) }
    default: return escaped(rest) { $0.isASCII && !Self.isPlain($0) }
    }
  }

  private func escaped(_ text: Substring, _ isSpecial: (Unicode.Scalar) -> Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      if isSpecial(scalar) { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
    return escaped
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "/", ":", "=", "@", "%", "+", ",": true
    default: false
    }
  }
}
