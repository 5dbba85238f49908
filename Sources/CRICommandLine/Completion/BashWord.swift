/// The text that replaces the word under the cursor in bash. bash inserts it unchanged and later runs it. Names come
/// from the runtime, so every character that is special to the shell must be quoted here.
package struct BashWord: Hashable, Sendable {
  /// The part of the word before the replaced text: bash also splits words at `:` and `=`.
  private let before: String
  private let quote: Unicode.Scalar?

  /// - Parameter current: The end of the line, which bash replaces.
  /// - Returns: nil if quotes begin or end within `current`, because a replacement cannot be built in that case.
  package init?(_ line: String, current: String) {
    guard line.hasSuffix(current) else { return nil }
    let (start, end) = (ShellLine(line.dropLast(current.count)), ShellLine(line))
    guard start.quote == end.quote, !start.isEscaped else { return nil }
    (before, quote) = (start.words.last ?? "", start.quote)
  }

  /// Returns the value without the part that precedes the replaced text; nil if there is nothing to insert, or no safe
  /// way to insert it.
  package func text(_ value: String) -> String? {
    guard value.hasPrefix(before), value.utf8.count > before.utf8.count else { return nil }
    let rest = value.dropFirst(before.count)
    switch quote {
    // A value with a quote or a `!` cannot be written within these quotes.
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
