package import CRIJSON

/// Columns of a table that the user chose, as kubectl's `-o custom-columns=NAME:.path,…`.
package struct CustomColumns: Sendable {
  private struct Column: Sendable {
    let header: String
    let path: JSONPath
  }

  private let columns: [Column]

  /// Parses `NAME:.path` pairs between commas; the braces and the dot around a path may be left out, and commas
  /// within brackets, parentheses or quotes separate nothing.
  package init(_ text: String) throws(TemplateError) {
    let source = TemplateSource(.customColumns, text)
    guard !text.isEmpty else { throw source.error(at: 0, "no columns are given; write NAME:.path,NAME:.path") }
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

  /// The titles.
  package var headers: [String] { columns.map(\.header) }

  /// The cells for one element; several values of a column stand between commas, and none is `<none>`.
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
    for (at, byte) in bytes.enumerated() {
      switch byte {
      case _ where quote != nil: if byte == quote { quote = nil }
      // In a header a quote is a letter as others are.
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = depth > 0 ? byte : nil
      case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"): depth = max(0, depth - 1)
      case UInt8(ascii: ",") where depth == 0:
        parts.append(start..<at)
        start = at + 1
      default: break
      }
    }
    return parts + [start..<bytes.count]
  }

  /// The expression, with what was left out of it.
  private static func path(_ source: TemplateSource, _ range: Range<Int>) throws(TemplateError) -> JSONPath {
    var text = source.bytes[range]
    if text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") { text = text.dropFirst().dropLast() }
    guard !text.isEmpty else { throw source.error(at: range.lowerBound, "the path is empty; write NAME:.path") }
    guard !text.contains(UInt8(ascii: "{")), !text.contains(UInt8(ascii: "}")) else {
      throw source.error(at: range.lowerBound, "a path is one expression: .name, name or {.name}")
    }
    let isBare = !".[$@".utf8.contains(text[text.startIndex])
    let expression = "{" + (isBare ? "." : "") + String(decoding: text, as: UTF8.self) + "}"
    do {
      return try JSONPath(TemplateSource(.jsonPath, expression), .nothing)
    } catch {
      // Where the path itself begins, in the text that the user gave.
      let offset = text.startIndex + error.column - (isBare ? 3 : 2)
      throw source.error(at: min(max(offset, range.lowerBound), range.upperBound), error.message)
    }
  }
}
