/// Counts what a message in wire format holds, and what it will take in memory, before anything is allocated for it.
///
/// The count ends at the first byte that is no field, or where the limit is exceeded: the decoder reports the former, and
/// what the latter leaves uncounted is never decoded.
struct WireCensus {
  /// Elements of lists and maps, at every level.
  private(set) var elements = 0
  /// Bytes of the Swift values, which stay as long as the answer is used.
  private(set) var retained = 0
  /// Bytes of the largest part that is converted at once: an element of a top-level list, or all else together.
  var largestPart: Int { max(part, others) }

  private let allowance: Allowance
  private var part = 0
  private var others = 0
  private var untilClock = clockInterval

  /// Fields between two looks at the clock.
  private static let clockInterval = 1024

  init(_ allowance: DecodeAllowance) { self.allowance = Allowance(allowance) }

  /// Counts an answer.
  mutating func count(_ bytes: UnsafeBufferPointer<UInt8>, _ table: UnsafePointer<CensusTable>) throws(Stop) {
    guard let start = bytes.baseAddress else { return }
    retained += table.pointee.inlineSize
    var others = table.pointee.transientSize
    defer { self.others = others }
    var cursor = WireCursor(start, bytes.count)
    while let (number, content) = cursor.next() {
      let field = table.pointee.field(number)
      guard field.kind == .messages, let child = field.child else {
        try add(field, content, cursor.isLengthDelimited, depth: 1, &others)
        continue
      }
      // The elements of a top-level list are converted one at a time.
      guard cursor.isLengthDelimited else { return }
      var size = child.pointee.transientSize
      elements += 1
      retained += child.pointee.inlineSize + allowance.renderedElement
      try message(content, child, depth: 2, &size)
      part = max(part, size)
      try check(others, part)
    }
  }

  private mutating func message(
    _ bytes: UnsafeRawBufferPointer, _ table: UnsafePointer<CensusTable>, depth: Int, _ size: inout Int
  ) throws(Stop) {
    guard depth <= allowance.depth else { throw .over(.depth, count: depth, allowed: allowance.depth) }
    guard let start = bytes.baseAddress else { return }
    var cursor = WireCursor(start, bytes.count)
    while let (number, content) = cursor.next() {
      try add(table.pointee.field(number), content, cursor.isLengthDelimited, depth: depth, &size)
    }
  }

  private mutating func add(
    _ field: CensusTable.Field, _ content: UnsafeRawBufferPointer, _ isLengthDelimited: Bool, depth: Int,
    _ size: inout Int
  ) throws(Stop) {
    switch field.kind {
    case .number where !isLengthDelimited: return
    case .text:
      let bytes = text(content)
      retained += bytes
      size += bytes
    case .message:
      guard isLengthDelimited, let child = field.child else { return }
      size += child.pointee.transientSize
      try message(content, child, depth: depth + 1, &size)
    case .messages:
      guard isLengthDelimited, let child = field.child else { return }
      elements += 1
      retained += child.pointee.inlineSize
      size += child.pointee.transientSize + MemoryLayout<Int>.size
      try message(content, child, depth: depth + 1, &size)
    case .texts:
      elements += 1
      let bytes = 16 + text(content)
      retained += bytes
      size += bytes + 24
    case .entries:
      elements += 1
      guard isLengthDelimited else { return }
      // A pair of strings; in C memory, the struct of an entry and its address.
      var bytes = 32
      var others = 160
      if let start = content.baseAddress {
        var cursor = WireCursor(start, content.count)
        while let (number, part) = cursor.next() {
          if cursor.isLengthDelimited, number == 1 || number == 2 { bytes += text(part) } else { others += 80 }
        }
      }
      retained += bytes
      size += bytes + others
    case .numbers:
      let count = max(1, content.count)
      elements += count
      retained += count * 8
      size += count * 24
    case .number, .unknown:
      elements += 1
      retained += content.count + 4
      // protobuf-c's record of the field, and its place in the scan.
      size += content.count + 80
    }
    try check(size, part)
  }

  private mutating func check(_ size: Int, _ part: Int) throws(Stop) {
    if retained > allowance.decodedSize {
      throw .over(.decodedSize, count: retained, allowed: allowance.decodedSize)
    }
    if max(size, part) > allowance.elementSize {
      throw .over(.elementSize, count: max(size, part), allowed: allowance.elementSize)
    }
    untilClock -= 1
    guard untilClock == 0 else { return }
    untilClock = Self.clockInterval
    if allowance.isOver() { throw .late }
  }

  /// Bytes of a string that does not fit into its place, with what its control characters and the repair of what is
  /// not UTF-8 add when it is shown.
  private func text(_ content: UnsafeRawBufferPointer) -> Int {
    let heap = content.count > 15 ? content.count + 32 : 0
    return heap + WireText.expansion(of: content)
  }

  /// The same as `DecodeAllowance`, without an `Instant`. The layout of a struct with an `Instant` is known only at runtime,
  /// so that each access to one of its members, and to the census, would go through its metadata.
  private struct Allowance {
    let decodedSize: Int
    let elementSize: Int
    let depth: Int
    let renderedElement: Int
    /// Whether the deadline has passed.
    let isOver: () -> Bool

    init(_ allowance: DecodeAllowance) {
      decodedSize = allowance.decodedSize
      elementSize = allowance.elementSize
      depth = allowance.depth
      renderedElement = allowance.renderedElement
      let deadline = allowance.deadline
      isOver = { deadline.map { $0 <= .now } ?? false }
    }
  }

  enum Stop: Error {
    case over(DecodeExcess.Limit, count: Int, allowed: Int)
    case late
  }
}
