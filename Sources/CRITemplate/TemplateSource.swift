/// The text of a template, with the information needed to report an error's position.
struct TemplateSource: Sendable {
  let language: TemplateError.Language
  let bytes: [UInt8]

  init(_ language: TemplateError.Language, _ text: String) {
    self.language = language
    bytes = Array(text.utf8)
  }

  /// Creates an error with the line and column of an offset in bytes.
  func error(at offset: Int, _ message: String) -> TemplateError {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    return TemplateError(language: language, line: line, column: before.count - lineStart + 1, message: message)
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func starts(with prefix: String, at offset: Int) -> Bool {
    let prefix = prefix.utf8
    return bytes.count - offset >= prefix.count && bytes[offset..<offset + prefix.count].elementsEqual(prefix)
  }

  /// The character at `offset` in quotes, or `the end`, for error messages.
  func character(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end" }
    let character = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.prefix(1)
    return GoText.quote(String(character), delimiter: "'")
  }
}
