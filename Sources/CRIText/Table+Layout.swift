extension Table {
  /// The rules for the widths of columns.
  package struct Layout: Hashable, Sendable {
    /// The minimum width of a column in terminal cells, including its padding.
    package let minimumWidth: Int
    /// The number of spaces between the longest cell and the next column.
    package let padding: Int
    /// Whether a wide character counts as two cells; crictl counts code points regardless of their width.
    package let countsDisplayWidth: Bool

    package init(minimumWidth: Int, padding: Int, countsDisplayWidth: Bool) {
      self.minimumWidth = minimumWidth
      self.padding = padding
      self.countsDisplayWidth = countsDisplayWidth
    }

    /// The layout of crictl's tables: Go's text/tabwriter with a minimum width of 20 and a padding of 3.
    package static let crictl = Layout(minimumWidth: 20, padding: 3, countsDisplayWidth: false)

    /// The layout of the table that `crictl runtime-config` prints.
    package static let crictlNarrow = Layout(minimumWidth: 10, padding: 3, countsDisplayWidth: false)

    /// The layout of our own commands' tables, which are as narrow as their cells allow.
    package static let compact = Layout(minimumWidth: 0, padding: 2, countsDisplayWidth: true)

    func width(of text: String) -> Int {
      if Self.isASCII(text) { return text.utf8.count }
      return countsDisplayWidth ? DisplayWidth.of(text) : text.unicodeScalars.count
    }

    private static func isASCII(_ text: String) -> Bool {
      let utf8 = text.utf8
      let bytes = utf8.span
      for position in bytes.indices where bytes[position] >= 0x80 { return false }
      return true
    }

    /// The distance from the start of a column to the start of the next one.
    func extent(of width: Int) -> Int { max(minimumWidth, width + padding) }
  }
}
