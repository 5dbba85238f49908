extension Table {
  /// How wide columns are.
  package struct Layout: Hashable, Sendable {
    /// A column takes at least this many cells of the terminal, its padding included.
    package let minimumWidth: Int
    /// Spaces between the longest cell and the next column.
    package let padding: Int
    /// Whether a wide character counts two; crictl counts code points, however wide they are.
    package let countsDisplayWidth: Bool

    package init(minimumWidth: Int, padding: Int, countsDisplayWidth: Bool) {
      self.minimumWidth = minimumWidth
      self.padding = padding
      self.countsDisplayWidth = countsDisplayWidth
    }

    /// crictl's tables: Go's text/tabwriter with a minimum of 20 and a padding of 3.
    package static let crictl = Layout(minimumWidth: 20, padding: 3, countsDisplayWidth: false)

    /// `crictl runtime-config`'s table.
    package static let crictlNarrow = Layout(minimumWidth: 10, padding: 3, countsDisplayWidth: false)

    /// Our own tables: as narrow as their cells allow.
    package static let compact = Layout(minimumWidth: 0, padding: 2, countsDisplayWidth: true)

    func width(of text: String) -> Int {
      if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
      return countsDisplayWidth ? DisplayWidth.of(text) : text.unicodeScalars.count
    }

    /// From a column's start to the next one's.
    func extent(of width: Int) -> Int { max(minimumWidth, width + padding) }
  }
}
