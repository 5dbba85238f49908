/// Puts a name before each line of a container's output, so that a reader can distinguish the lines of several
/// containers.
struct LinePrefixer {
  /// A longer line is split, because its end may never come.
  private static let maximumLineLength = 64 << 10

  private let prefix: [UInt8]
  private var line: [UInt8] = []

  init(_ name: String) { prefix = name.isEmpty ? [] : Array("\(name): ".utf8) }

  /// - Returns: The complete lines.
  mutating func append(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for piece in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      if piece.offset > 0 { result += flush() }
      line += piece.element
      if line.count >= Self.maximumLineLength { result += flush() }
    }
    return result
  }

  /// - Returns: The last line, if it has no line feed.
  mutating func end() -> [UInt8] { line.isEmpty ? [] : flush() }

  private mutating func flush() -> [UInt8] {
    defer { line = [] }
    return prefix + line + [10]
  }
}
