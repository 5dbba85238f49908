internal import CRIText

/// The details of one object in lines of `Key: value`, as crictl prints them with `--verbose`.
///
/// Keys and values are shown through `Sanitizer`.
package struct Details: Sendable {
  private var lines: [String] = []

  package init() {}

  /// `Key: value`.
  package mutating func line(_ key: String, _ value: String) {
    lines.append("\(Sanitizer.visible(key)): \(Sanitizer.visible(value))")
  }

  /// `Key:`, followed by a line `name -> value` for each pair, sorted by name; nothing if there are no pairs.
  package mutating func pairs(_ key: String, _ pairs: some Sequence<(key: String, value: String)>) {
    let sorted = pairs.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    guard !sorted.isEmpty else { return }
    lines.append("\(Sanitizer.visible(key)):")
    for (name, value) in sorted {
      lines.append("\t\(Sanitizer.visible(name)) -> \(Sanitizer.visible(value))")
    }
  }

  /// The lines, followed by an empty one.
  package var text: String { (lines + ["", ""]).joined(separator: "\n") }
}
