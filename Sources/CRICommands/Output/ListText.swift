internal import CRI
internal import CRIJSON
internal import CRIText

/// A list as text.
protocol ListText: Sendable {
  associatedtype Element: Sendable
  associatedtype Document: CMessage

  var elements: [Element] { get set }
  /// The list as the message of the CRI.
  var document: Document { get }
  var columns: [Table.Column] { get }
  /// The keys of `--sort-by`.
  static var sortKeys: [String: SortOrder<Self>.Key] { get }
  /// Whether some of the keys are amounts, such as sizes, which are sorted largest first.
  static var hasDescendingKeys: Bool { get }
  /// The additional keys with `-o wide`.
  static var wideSortKeys: [String: SortOrder<Self>.Key] { get }

  /// An element's lines in the table.
  func rows(_ element: Element) -> [[Table.Cell]]
  func id(_ element: Element) -> String
  /// The name that other commands accept.
  func name(_ element: Element) -> String
  /// The part of the document for an element.
  static func json(_ element: Element) -> JSON
  /// All fields of an element.
  func details(_ element: Element) -> Details
}

extension ListText where Element: CMessage {
  static func json(_ element: Element) -> JSON { element.json() }
}

extension ListText {
  static var hasDescendingKeys: Bool { true }
  static var wideSortKeys: [String: SortOrder<Self>.Key] { [:] }

  static func sortNames(isWide: Bool) -> String {
    list(isWide ? allSortNames : sortKeys.keys.sorted())
  }

  static var allSortNames: [String] { sortKeys.keys.sorted() + wideSortKeys.keys.sorted() }

  /// The names, separated by commas. `joined` would make the Swift runtime search the conformances of the whole program
  /// at the start of most commands, because that is when the help is composed.
  private static func list(_ names: [String]) -> String {
    names.dropFirst().reduce(names.first ?? "") { $0 + ", " + $1 }
  }

  /// A paragraph about sorting for the help.
  static var sortHelp: String {
    let wide = list(wideSortKeys.keys.sorted())
    return "Keys for --sort-by: \(sortNames(isWide: false))" + (wide.isEmpty ? "." : "; with -o wide also \(wide).")
      + (hasDescendingKeys
        ? " Sizes and other amounts are sorted largest first, all other keys in ascending order; "
        : " The order is ascending; ") + "--sort-by=-KEY reverses the order."
  }

  var ids: [String] { elements.map(id) }

  /// The text with `--verbose`.
  var details: String { elements.map { details($0).text }.joined() }

  /// One or more lines for each element.
  var table: [UInt8] { table(.plain) }

  func table(_ style: TextStyle) -> [UInt8] { table(style) { () throws(Never) in } }

  /// - Parameter check: Called for each element; an error ends the table.
  func table<E: Error>(_ style: TextStyle, _ check: () throws(E) -> Void) throws(E) -> [UInt8] {
    var table = Table(columns)
    for element in elements {
      try check()
      for row in rows(element) { table.append(row) }
    }
    return table.utf8(style)
  }
}
