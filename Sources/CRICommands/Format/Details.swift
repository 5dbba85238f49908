internal import CRIText

/// One thing told in lines of `Key: value`, as crictl's `--verbose` texts are.
///
/// Keys and values are shown through `Sanitizer`.
package struct Details: Sendable {
  private var lines: [String] = []

  package init() {}

  /// `Key: value`.
  package mutating func line(_ key: String, _ value: String) {
    lines.append("\(Sanitizer.visible(key)): \(Sanitizer.visible(value))")
  }

  /// `Key:` and below it a line `name -> value` for each pair, sorted by name; nothing without pairs.
  package mutating func pairs(_ key: String, _ pairs: some Sequence<(key: String, value: String)>) {
    let sorted = pairs.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    guard !sorted.isEmpty else { return }
    lines.append("\(Sanitizer.visible(key)):")
    for (name, value) in sorted {
      lines.append("\t\(Sanitizer.visible(name)) -> \(Sanitizer.visible(value))")
    }
  }

  /// The lines and an empty one.
  package var text: String { (lines + ["", ""]).joined(separator: "\n") }
}
