package import CRIJSON

/// The columns of a table as defined by the user, in the syntax of kubectl's `-o custom-columns=NAME:.path,…`.
package struct CustomColumns: Sendable {
  private struct Column: Sendable {
    let header: String
    let path: JSONPath
  }

  private let columns: [Column]

  /// Parses `NAME:.path` pairs separated by commas.
  ///
  /// The braces around a path and its leading dot are optional. Commas inside brackets, parentheses or quotes do not
  /// separate columns.
  /// - Throws: `TemplateError` with the position in `text`.
  package init(_ text: String) throws(TemplateError) {
    let source = TemplateSource(.customColumns, text)
    guard !text.isEmpty else { throw source.error(at: 0, "no columns are specified; write NAME:.path,NAME:.path") }
    var columns: [Column] = []
    for part in Self.parts(source.bytes) {
      guard let colon = source.bytes[part].firstIndex(of: UInt8(ascii: ":")) else {
        throw source.error(at: part.lowerBound, "\(GoText.quote(source.text(part))) has no path; write NAME:.path")
      }
      let path = try Self.path(source, colon + 1..<part.upperBound)
      columns.append(Column(header: source.text(part.lowerBound..<colon), path: path))
    }
    self.columns = columns
  }

  /// The header of each column.
  package var headers: [String] { columns.map(\.header) }

  /// Returns the cells of the row for one element. Several values in a cell are separated by commas; a cell without a value
  /// is `<none>`.
  /// - Throws: `TemplateError` if a path cannot be applied to the element, such as an index out of bounds.
  package func row(_ element: JSON) throws(TemplateError) -> [String] {
    var cells: [String] = []
    for column in columns {
      let values = try column.path.values(in: element)
      let texts = values.map { $0.isNull ? "<none>" : GoFormatter.print([.json($0)]) }
      cells.append(texts.isEmpty ? "<none>" : texts.joined(separator: ","))
    }
    return cells
  }

  private static func parts(_ bytes: [UInt8]) -> [Range<Int>] {
    var (parts, start, depth) = ([Range<Int>](), 0, 0)
    var quote: UInt8?
    for (position, byte) in bytes.enumerated() {
      switch byte {
      case _ where quote != nil: if byte == quote { quote = nil }
      // In a header, a quote has no special meaning.
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = depth > 0 ? byte : nil
      case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"): depth = max(0, depth - 1)
      case UInt8(ascii: ",") where depth == 0:
        parts.append(start..<position)
        start = position + 1
      default: break
      }
    }
    return parts + [start..<bytes.count]
  }

  /// Parses a path after adding the optional parts that were omitted.
  private static func path(_ source: TemplateSource, _ range: Range<Int>) throws(TemplateError) -> JSONPath {
    var text = source.bytes[range]
    if text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") { text = text.dropFirst().dropLast() }
    guard !text.isEmpty else { throw source.error(at: range.lowerBound, "the path is empty; write NAME:.path") }
    guard !text.contains(UInt8(ascii: "{")), !text.contains(UInt8(ascii: "}")) else {
      throw source.error(at: range.lowerBound, "a path must be a single expression: .name, name or {.name}")
    }
    let isBare = !".[$@".utf8.contains(text[text.startIndex])
    let expression = "{" + (isBare ? "." : "") + String(decoding: text, as: UTF8.self) + "}"
    do {
      return try JSONPath(TemplateSource(.jsonPath, expression), .nothing)
    } catch {
      // The error's column in the user's text, which does not contain the added parts.
      let offset = text.startIndex + error.column - (isBare ? 3 : 2)
      throw source.error(at: min(max(offset, range.lowerBound), range.upperBound), error.message)
    }
  }
}
