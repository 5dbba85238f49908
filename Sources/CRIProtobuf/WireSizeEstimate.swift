internal import Glibc

/// Counts what a message in wire format contains, and estimates the memory that it will take, before any is allocated
/// for it.
///
/// Counting stops at the first byte that is not a field, which the decoder then reports, or when a limit is exceeded,
/// in which case the message is never decoded.
struct WireSizeEstimate {
  /// The number of elements of lists and maps, at all levels.
  private(set) var elements = 0
  /// The memory in bytes of the Swift values, which are kept as long as the response is in use.
  private(set) var retained = 0
  /// The maximum storage of keys and names in bytes: that of the distinct ones plus the remaining allowance.
  var keyAllowance: Int { allowance.decodedSize - retained + keyStorage }
  /// The memory in bytes of the largest part that is converted in one step: an element of a top-level list, or
  /// everything else.
  var largestPart: Int { max(part, others) }

  private let allowance: Allowance
  private var part = 0
  private var others = 0
  private var fieldsUntilClock = clockInterval
  private var keyStorage = 0
  /// The keys whose storage is shared, indexed by the slots of `CDecoder`.
  private var keys = [UnsafeRawBufferPointer?](repeating: nil, count: CDecoder.slotCount)

  /// The number of fields between two checks of the deadline.
  private static let clockInterval = 1024

  init(_ allowance: DecodeAllowance) { self.allowance = Allowance(allowance) }

  /// Counts a response.
  mutating func count(_ bytes: UnsafeBufferPointer<UInt8>, _ table: UnsafePointer<WireSizeTable>) throws(Stop) {
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
    _ bytes: UnsafeRawBufferPointer, _ table: UnsafePointer<WireSizeTable>, depth: Int, _ size: inout Int
  ) throws(Stop) {
    guard depth <= allowance.depth else { throw .over(.depth, count: depth, allowed: allowance.depth) }
    guard let start = bytes.baseAddress else { return }
    var cursor = WireCursor(start, bytes.count)
    while let (number, content) = cursor.next() {
      try add(table.pointee.field(number), content, cursor.isLengthDelimited, depth: depth, &size)
    }
  }

  private mutating func add(
    _ field: WireSizeTable.Field, _ content: UnsafeRawBufferPointer, _ isLengthDelimited: Bool, depth: Int,
    _ size: inout Int
  ) throws(Stop) {
    switch field.kind {
    case .number where !isLengthDelimited: return
    case .text:
      let bytes = text(content)
      retained += bytes
      size += bytes
    case .name:
      let bytes = text(content)
      retained += bytes - shared(content)
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
      // The size of two strings. In C memory, an entry consists of a struct and a pointer to it.
      var bytes = 32
      var others = 160
      if let start = content.baseAddress {
        var cursor = WireCursor(start, content.count)
        while let (number, part) = cursor.next() {
          if cursor.isLengthDelimited, number == 1 || number == 2 { bytes += text(part) } else { others += 80 }
          if cursor.isLengthDelimited, number == 1 { retained -= shared(part) }
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
      // The sizes of protobuf-c's records for the field and for its entry in the scan.
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
    fieldsUntilClock -= 1
    guard fieldsUntilClock == 0 else { return }
    fieldsUntilClock = Self.clockInterval
    if allowance.isOver() { throw .deadlineExceeded }
  }

  /// Returns the size in bytes of the storage that a key or a name shares with an earlier one.
  private mutating func shared(_ content: UnsafeRawBufferPointer) -> Int {
    guard content.count > CDecoder.smallStringCapacity, let start = content.baseAddress else { return 0 }
    let slot = CDecoder.slot(start, content.count)
    let size = content.count + CDecoder.storageHeader
    if let known = keys[slot], known.count == content.count, let other = known.baseAddress,
      memcmp(start, other, content.count) == 0
    {
      return size
    }
    keys[slot] = content
    keyStorage += size
    return 0
  }

  /// Returns the size in bytes of a string outside of its inline storage, including the bytes that are added when
  /// control characters are escaped and invalid UTF-8 is replaced.
  private func text(_ content: UnsafeRawBufferPointer) -> Int {
    let heap = content.count > CDecoder.smallStringCapacity ? content.count + CDecoder.storageHeader : 0
    return heap + WireText.expansion(of: content)
  }

  /// The contents of a `DecodeAllowance`, but without an `Instant`. The layout of a struct with an `Instant` is known
  /// only at runtime, so each access to one of its members, or to a member of the estimate, would go through its
  /// metadata.
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
    case deadlineExceeded
  }
}
