/// Whether and how to emphasise text on a terminal.
package struct TextStyle: Hashable, Sendable {
  /// The meaning of a piece of text, not its appearance.
  package enum Emphasis: Hashable, Sendable, CaseIterable {
    case strong, faint, good, warning, bad
  }

  /// Whether to write escape sequences at all.
  package let isColoured: Bool

  /// No escape sequences.
  package static let plain = TextStyle(isColoured: false)

  package init(isColoured: Bool) { self.isColoured = isColoured }

  /// Uses colours only on a terminal, and only if the user has not turned them off.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether the output is a terminal.
  ///   - noColor: The environment variable `NO_COLOR`; any value that is not empty turns colours off (no-color.org).
  ///   - term: The environment variable `TERM`; `dumb` terminals print escape sequences as text.
  package init(isTerminal: Bool, noColor: String?, term: String? = nil) {
    isColoured = isTerminal && (noColor ?? "").isEmpty && term != "dumb"
  }

  /// Returns the text with its emphasis if colours are on. The text must already have been sanitised.
  package func apply(_ emphasis: Emphasis?, to text: String) -> String {
    guard isColoured, let emphasis, !text.isEmpty else { return text }
    return "\u{1b}[\(Self.code(emphasis))m\(text)\u{1b}[0m"
  }

  private static func code(_ emphasis: Emphasis) -> Int {
    switch emphasis {
    case .strong: 1
    case .faint: 2
    case .good: 32
    case .warning: 33
    case .bad: 31
    }
  }
}
