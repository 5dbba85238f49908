/// A table of rows under headers, with columns aligned by spaces.
///
/// Cells are printed through `Sanitizer`, so a name cannot break a row or control the terminal.
package struct Table: Sendable {
  /// The title and alignment of a column.
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

  /// A text and its emphasis.
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

  /// The end of a cell in `bytes`, and its emphasis.
  private struct StoredCell {
    let end: Int
    let width: Int
    let emphasis: TextStyle.Emphasis?
  }

  // The text of all cells in one array, because a list can contain a hundred thousand cells.
  private var bytes: [UInt8] = []
  private var cells: [StoredCell] = []
  /// The number of cells up to the end of each row.
  private var rowEnds: [Int] = []

  package init(_ columns: [Column], layout: Layout = .crictl) {
    self.columns = columns
    self.layout = layout
    append(columns.map { Cell($0.title, .strong) })
  }

  /// Appends a row; missing cells at the end stay empty.
  package mutating func append(_ cells: [Cell]) {
    precondition(cells.count <= columns.count, "more cells than columns")
    for cell in cells { append(cell.text, cell.emphasis) }
    rowEnds.append(self.cells.count)
  }

  /// Appends a row of plain text cells.
  package mutating func append(_ texts: [String]) {
    precondition(texts.count <= columns.count, "more cells than columns")
    for text in texts { append(Sanitizer.visible(text), nil) }
    rowEnds.append(cells.count)
  }

  private mutating func append(_ text: String, _ emphasis: TextStyle.Emphasis?) {
    bytes.append(contentsOf: text.utf8)
    cells.append(StoredCell(end: bytes.count, width: layout.width(of: text), emphasis: emphasis))
  }

  /// Formats the headers and rows, one line each, with a final line feed.
  package func text(_ style: TextStyle = .plain, showingHeaders: Bool = true) -> String {
    String(decoding: utf8(style, showingHeaders: showingHeaders), as: UTF8.self)
  }

  /// Formats the table like `text(_:showingHeaders:)`, as bytes.
  package func utf8(_ style: TextStyle = .plain, showingHeaders: Bool = true) -> [UInt8] {
    let firstRow = showingHeaders ? 0 : 1
    let widths = columnWidths(from: firstRow)
    var output: [UInt8] = []
    output.reserveCapacity((rowEnds.count - firstRow) * widths.reduce(1) { $0 + layout.extent(of: $1) })
    for row in firstRow..<rowEnds.count {
      write(row, widths, style, to: &output)
      output.append(0x0A)
    }
    return output
  }

  private func cells(of row: Int) -> Range<Int> { (row == 0 ? 0 : rowEnds[row - 1])..<rowEnds[row] }

  private func columnWidths(from firstRow: Int) -> [Int] {
    var widths = Array(repeating: 0, count: columns.count)
    for row in firstRow..<rowEnds.count {
      let cells = cells(of: row)
      for index in cells {
        widths[index - cells.lowerBound] = max(widths[index - cells.lowerBound], self.cells[index].width)
      }
    }
    limit(&widths, rows: rowEnds.count - firstRow)
    return widths
  }

  /// The width from which on a cell does not widen its column.
  private static let widestColumn = 1024

  /// A single long cell must not fill every other row with spaces, so columns can be narrower than their longest cell,
  /// which shifts the rest of its own row to the right. They become even narrower if there would be far more spaces than
  /// text.
  private func limit(_ widths: inout [Int], rows: Int) {
    for index in widths.indices { widths[index] = min(widths[index], Self.widestColumn) }
    let allowed = 1 << 20 + bytes.count
    guard rows > 0, widths.reduce(0, +) > allowed / rows else { return }
    let widest = max(allowed / rows / max(columns.count, 1), 16)
    for index in widths.indices { widths[index] = min(widths[index], widest) }
  }

  private func write(_ row: Int, _ columnWidths: [Int], _ style: TextStyle, to output: inout [UInt8]) {
    let cells = cells(of: row)
    var written = 0
    var start = 0
    for index in cells {
      let (column, cell) = (index - cells.lowerBound, self.cells[index])
      let text = (index == 0 ? 0 : self.cells[index - 1].end)..<cell.end
      // Spaces are written before a cell and never after it, so that lines do not end with spaces.
      if !text.isEmpty {
        let isRight = columns[column].alignment == .right
        let from = max(start + (isRight ? columnWidths[column] - cell.width : 0), written == 0 ? 0 : written + 1)
        output.append(addingCapacity: from - written) { $0.append(repeating: 0x20, count: from - written) }
        if style.isColoured, let emphasis = cell.emphasis {
          let plain = String(decoding: bytes[text], as: UTF8.self)
          output.append(contentsOf: style.apply(emphasis, to: plain).utf8)
        } else {
          output.append(contentsOf: bytes[text])
        }
        written = from + cell.width
      }
      start += layout.extent(of: columnWidths[column])
    }
  }
}
