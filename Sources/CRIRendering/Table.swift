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
    var widths = Array(repeating: 0, count: columns.count)
    for line in lines {
      for (column, cell) in line.enumerated() {
        widths[column] = max(widths[column], layout.width(of: cell.text))
      }
    }
    var text = ""
    for line in lines {
      write(line, widths, style, to: &text)
      text += "\n"
    }
    return text
  }

  private func write(_ line: [Cell], _ widths: [Int], _ style: TextStyle, to text: inout String) {
    var gap = 0
    for (column, cell) in line.enumerated() where !cell.text.isEmpty {
      let missing = widths[column] - layout.width(of: cell.text)
      let isRight = columns[column].alignment == .right
      let start = widths[..<column].reduce(0) { $0 + layout.extent(of: $1) }
      let before = start + (isRight ? missing : 0)
      text += String(repeating: " ", count: before - gap) + style.apply(cell.emphasis, to: cell.text)
      gap = before + layout.width(of: cell.text)
    }
  }
}
