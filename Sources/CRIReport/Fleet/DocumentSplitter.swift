/// Finds the JSON documents in input that arrives in parts, such as the collected output of many nodes.
///
/// A document begins with a brace at the beginning of a line, and ends with its last brace. Other lines are counted and
/// ignored, because programs that collect output often mix in messages. A brace at the beginning of a line also ends a
/// document that was cut off, because documents are indented. The prefix of `kubectl logs --prefix` is removed.
package struct DocumentSplitter: Sendable {
  /// A document, or the reason why a document cannot be used.
  package enum Item: Hashable, Sendable {
    case document([UInt8])
    case tooLarge
    case cutOff
  }

  /// The number of lines outside of documents.
  package private(set) var ignoredLines = 0

  private let limit: Int
  private var line: [UInt8] = []
  private var document: [UInt8] = []
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// Whether the current document is longer than the limit, or the current line is, so that its rest is dropped.
  private var isTooLarge = false

  /// - Parameter limit: The maximum size of a document in bytes.
  package init(limit: Int) { self.limit = limit }

  /// Adds a part of the text.
  package mutating func add(_ bytes: ArraySlice<UInt8>, _ found: (Item) -> Void) {
    for byte in bytes {
      // A document may also be a single line of any length, so a line has the limit of a document.
      if line.count <= limit { line.append(byte) }
      if byte == UInt8(ascii: "\n") { endLine(found) }
    }
  }

  /// Ends the text.
  package mutating func end(_ found: (Item) -> Void) {
    endLine(found)
    if depth > 0 { finish(.cutOff, found) }
  }

  private mutating func endLine(_ found: (Item) -> Void) {
    defer { line.removeAll(keepingCapacity: true) }
    var text = line[...]
    if let prefix = Self.prefixLength(text) { text = text.dropFirst(prefix) }
    guard let first = text.first else { return }
    if first == UInt8(ascii: "{") {
      if depth > 0 { finish(.cutOff, found) }
    } else if depth == 0 {
      if isRest(text) {
        found(.cutOff)
      } else if text.contains(where: { !Self.isBlank($0) }) {
        ignoredLines += 1
      }
      return
    }
    for (index, byte) in zip(text.indices, text) {
      if depth == 0 {
        if Self.isBlank(byte) { continue }
        guard byte == UInt8(ascii: "{") else {
          ignoredLines += 1
          return
        }
      }
      scan(byte)
      if document.count < limit { document.append(byte) } else { isTooLarge = true }
      if depth == 0 { finish(.document(document), found) }
      if index == text.endIndex - 1, line.count > limit { isTooLarge = true }
    }
  }

  /// Whether a line outside of a document is the end of a document whose beginning is missing, or belongs to a document
  /// with an unknown prefix on each line. Documents are indented, so only their last line begins with a brace.
  private func isRest(_ line: ArraySlice<UInt8>) -> Bool {
    let start = String(decoding: line.prefix(1000), as: UTF8.self)
    return line.first == UInt8(ascii: "}") || start.contains(#""kind": "cri-"#) || start.contains(#""kind":"cri-"#)
  }

  private mutating func scan(_ byte: UInt8) {
    if isInString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
      }
      return
    }
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    default: break
    }
  }

  private mutating func finish(_ item: Item, _ found: (Item) -> Void) {
    found(isTooLarge ? .tooLarge : item)
    document.removeAll()
    (depth, isInString, isEscaped, isTooLarge) = (0, false, false, false)
  }

  /// The length of `[pod/NAME/CONTAINER] ` at the beginning of a line.
  private static func prefixLength(_ line: ArraySlice<UInt8>) -> Int? {
    guard line.starts(with: "[pod/".utf8), let end = line.prefix(600).firstIndex(of: UInt8(ascii: "]")),
      line.index(after: end) < line.endIndex, line[line.index(after: end)] == UInt8(ascii: " ")
    else { return nil }
    return end + 2 - line.startIndex
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
