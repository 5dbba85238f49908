internal import CRI
internal import CRIYAML

/// Writes a list as a document, a few elements at a time, because the whole text is many times larger than the message.
enum DocumentWriter {
  /// The number of elements that are written together as JSON; YAML needs a tree of each.
  private static let step = 64
  /// The end of a JSON document whose only field is a list.
  private static let tail = Array("\n  ]\n}".utf8)

  static func writeJSON<M: CMessage>(
    _ message: M, _ clock: OutputClock, _ emit: ([UInt8]) throws -> Void
  ) throws {
    let count = M.isList ? message.elementCount : 0
    guard count > step else { return try emit(ListOutput.json(message)) }
    for start in stride(from: 0, to: count, by: step) {
      try clock.check()
      let bytes = message.part(start..<min(start + step, count)).jsonBytes()
      // Skips the part up to the list's bracket; no name contains a bracket.
      let head = start == 0 ? 0 : (bytes.firstIndex(of: UInt8(ascii: "[")) ?? -1) + 1
      if start > 0 { try emit([UInt8(ascii: ",")]) }
      try emit(Array(bytes[head..<(bytes.count - tail.count)]))
    }
    try emit(tail + [0x0A])
  }

  static func writeYAML<M: CMessage>(
    _ message: M, _ clock: OutputClock, _ emit: ([UInt8]) throws -> Void
  ) throws {
    let count = M.isList ? message.elementCount : 0
    guard count > 1 else { return try emit(Array((YAML.text(message.json()) + "\n").utf8)) }
    for index in 0..<count {
      try clock.check()
      let lines = Array(YAML.text(message.part(index..<(index + 1)).json()).utf8)
      // The first line is the key of the list.
      let start = index == 0 ? 0 : (lines.firstIndex(of: 0x0A) ?? -1) + 1
      try emit(Array(lines[start...]))
    }
    // crictl adds an empty line.
    try emit([0x0A])
  }
}
