/// The catalogue of all wording in reports, in English.
///
/// Reports take every sentence, label and formatted value from this catalogue, and never base a decision on wording:
/// changing the wording does not change any verdict, exit code, metric or remedy. A test replaces the wording to prove
/// this.
package struct ReportText: Sendable {
  package static let english = ReportText()

  private let reword: @Sendable (String) -> String

  /// - Parameter reword: Applied to every string in the catalogue before a report uses it.
  package init(rewording reword: @escaping @Sendable (String) -> String = { $0 }) { self.reword = reword }

  /// Every text from the catalogue passes through this function.
  func worded(_ text: String) -> String { reword(text) }

  /// `1 pod`, `2 pods`.
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// An ID, truncated to 13 digits as by crictl if it has 64.
  static func id(_ id: String) -> String { id.utf8.count > 24 ? String(id.prefix(13)) : id }

  /// `a, b`; `none` if the list is empty.
  static func list(_ items: [String]) -> String { items.isEmpty ? "none" : items.joined(separator: ", ") }
}
