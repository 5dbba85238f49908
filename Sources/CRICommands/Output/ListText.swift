internal import CRI
internal import CRIJSON
internal import CRIText

/// A list in words.
protocol ListText: Sendable {
  associatedtype Element: Sendable
  associatedtype Document: CMessage

  var elements: [Element] { get set }
  /// The list as the interface has it.
  var document: Document { get }
  var columns: [Table.Column] { get }
  /// What `--sort-by` can name.
  static var sortKeys: [String: SortOrder<Self>.Key] { get }
  /// And with `-o wide`.
  static var wideSortKeys: [String: SortOrder<Self>.Key] { get }

  /// An element's lines in the table.
  func rows(_ element: Element) -> [[Table.Cell]]
  func id(_ element: Element) -> String
  /// As other commands take it, and a person knows it.
  func name(_ element: Element) -> String
  /// An element's part of the document.
  static func json(_ element: Element) -> JSON
  /// All that the list says of it.
  func details(_ element: Element) -> Details
}

extension ListText where Element: CMessage {
  static func json(_ element: Element) -> JSON { element.json() }
}

extension ListText {
  static var wideSortKeys: [String: SortOrder<Self>.Key] { [:] }

  static func sortNames(isWide: Bool) -> String {
    (sortKeys.keys.sorted() + (isWide ? wideSortKeys.keys.sorted() : [])).joined(separator: ", ")
  }

  static var allSortNames: [String] { sortKeys.keys.sorted() + wideSortKeys.keys.sorted() }

  /// A paragraph of the help.
  static var sortHelp: String {
    let wide = wideSortKeys.keys.sorted().joined(separator: ", ")
    return "Keys of --sort-by: \(sortNames(isWide: false))" + (wide.isEmpty ? "." : "; with -o wide also \(wide).")
      + " What is used or taken comes with the largest first, all else ascends; --sort-by=-KEY turns it round."
  }

  var ids: [String] { elements.map(id) }

  /// As with `--verbose`.
  var details: String { elements.map { details($0).text }.joined() }

  /// A line for each, or some.
  var table: [UInt8] { table(.plain) }

  func table(_ style: TextStyle) -> [UInt8] { table(style) { () throws(Never) in } }

  /// - Parameter check: called for each element; what it throws ends the table.
  func table<E: Error>(_ style: TextStyle, _ check: () throws(E) -> Void) throws(E) -> [UInt8] {
    var table = Table(columns)
    for element in elements {
      try check()
      for row in rows(element) { table.append(row) }
    }
    return table.utf8(style)
  }
}
