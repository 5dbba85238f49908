/// Rows under headers, in columns of spaces.
///
/// Cells are shown through `Sanitizer`, so no name can break a row or reach the terminal.
package struct Table: Sendable {
  /// A column's title and side.
  package struct Column: Hashable, Sendable, ExpressibleByStringLiteral {
    package enum Alignment: Hashable, Sendable { case left, right }

    package let title: String
    package let alignment: Alignment

    package init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }

    package init(stringLiteral title: String) { self.init(title) }
  }

  /// A text and how to set it off.
  package struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    package let text: String
    package let emphasis: TextStyle.Emphasis?

    package init(_ text: String, _ emphasis: TextStyle.Emphasis? = nil) {
      self.text = Sanitizer.visible(text)
      self.emphasis = emphasis
    }

    package init(stringLiteral text: String) { self.init(text) }
  }

  package let columns: [Column]
  package let layout: Layout
  package private(set) var rows: [[Cell]] = []

  package init(_ columns: [Column], layout: Layout = .crictl) {
    self.columns = columns
    self.layout = layout
  }

  /// A row; cells that are missing at its end stay empty.
  package mutating func append(_ cells: [Cell]) {
    precondition(cells.count <= columns.count, "more cells than columns")
    rows.append(cells)
  }

  /// A row of plain texts.
  package mutating func append(_ texts: [String]) { append(texts.map { Cell($0) }) }

  /// Headers and rows, a line each, the last one closed by a line feed too.
  package func text(_ style: TextStyle = .plain, showingHeaders: Bool = true) -> String {
    let header = columns.map { Cell($0.title, .strong) }
    let lines = (showingHeaders ? [header] : []) + rows
    let widths = lines.map { $0.map { layout.width(of: $0.text) } }
    let columnWidths = columns.indices.map { column in
      widths.reduce(0) { column < $1.count ? max($0, $1[column]) : $0 }
    }
    var text = ""
    for (line, widths) in zip(lines, widths) {
      write(line, widths, columnWidths, style, to: &text)
      text += "\n"
    }
    return text
  }

  private func write(
    _ line: [Cell], _ widths: [Int], _ columnWidths: [Int], _ style: TextStyle, to text: inout String
  ) {
    var written = 0
    var start = 0
    for (column, cell) in line.enumerated() {
      // Spaces are written before a cell, never after one: no line ends in them.
      if !cell.text.isEmpty {
        let isRight = columns[column].alignment == .right
        let from = start + (isRight ? columnWidths[column] - widths[column] : 0)
        text += String(repeating: " ", count: from - written)
        text += style.apply(cell.emphasis, to: cell.text)
        written = from + widths[column]
      }
      start += layout.extent(of: columnWidths[column])
    }
  }
}
