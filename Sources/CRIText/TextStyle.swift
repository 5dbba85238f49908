/// Whether and how to set off text on a terminal.
package struct TextStyle: Hashable, Sendable {
  /// What a text is, not how it looks.
  package enum Emphasis: Hashable, Sendable, CaseIterable {
    case strong, faint, good, warning, bad
  }

  /// Whether escape sequences are written at all.
  package let isColoured: Bool

  /// No escape sequences.
  package static let plain = TextStyle(isColoured: false)

  package init(isColoured: Bool) { self.isColoured = isColoured }

  /// Colours only where somebody sees them and did not decline them.
  ///
  /// - Parameters:
  ///   - isTerminal: whether the output is a terminal.
  ///   - noColor: the environment's `NO_COLOR`; any text but an empty one declines (no-color.org).
  ///   - term: the environment's `TERM`; `dumb` terminals show escape sequences.
  package init(isTerminal: Bool, noColor: String?, term: String? = nil) {
    isColoured = isTerminal && (noColor ?? "").isEmpty && term != "dumb"
  }

  /// The text, set off where colours are on. The text must be sanitised already.
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
