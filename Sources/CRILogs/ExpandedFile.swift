internal import CRIGzip
internal import CRISystem

/// The contents of a compressed log, which are decompressed while they are read and never kept as a whole.
///
/// They can only be read forwards, but the last lines can be kept for a search from the end.
final class ExpandedFile {
  /// The maximum number of bytes to decompress in search of the end: the contents may be a thousand times the size of
  /// the file.
  static let maximumSize = 1 << 30

  private let file: OpenFile
  private var reader: GzipReader
  /// The offset of the next decompressed byte.
  private var position = 0
  private var last: (bytes: [UInt8], start: Int)?

  init(_ file: OpenFile) throws(Errno) {
    self.file = file
    reader = try GzipReader(file)
  }

  var damage: GzipDamage? { reader.damage }

  /// The offset at which reading can begin, after the part that was not kept.
  var start: Int { last?.start ?? 0 }

  /// The offset of the end of the contents that have been decompressed.
  var end: Int { position }

  /// Reads into `buffer[index...]`; the part before `offset` is skipped, or decompressed again.
  /// - Returns: The number of bytes, 0 at the end.
  func read(at offset: Int, into buffer: inout [UInt8], from index: Int) throws(Errno) -> Int {
    if let last {
      guard offset >= last.start else { throw .invalid }
      let rest = last.bytes.dropFirst(offset - last.start).prefix(buffer.count - index)
      buffer.replaceSubrange(index..<index + rest.count, with: rest)
      return rest.count
    }
    if offset < position { try rewind() }
    if offset > position {
      var skipped = [UInt8](repeating: 0, count: 64 << 10)
      while position < offset {
        let count = try reader.read(into: &skipped, from: max(0, skipped.count - (offset - position)))
        if count == 0 { return 0 }
        position += count
      }
    }
    let count = try reader.read(into: &buffer, from: index)
    position += count
    return count
  }

  /// Decompresses to the end and keeps the last lines.
  /// - Parameter limit: The maximum number of bytes to keep.
  /// - Throws: `.fileTooLarge` if the contents are longer than `longest`.
  func keepLast(_ limit: Int) throws(Errno) {
    if position > 0 { try rewind() }
    var kept: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    // An array that grows doubles its storage.
    let capacity = limit + limit / 4
    kept.reserveCapacity(capacity + buffer.count)
    while true {
      let count = try reader.read(into: &buffer)
      if count == 0 { break }
      position += count
      if position > Self.maximumSize { throw .fileTooLarge }
      kept += buffer[..<count]
      // Do not do this each time, so that few bytes are moved.
      if kept.count > capacity { kept.removeFirst(kept.count - limit) }
    }
    if kept.count > limit { kept.removeFirst(kept.count - limit) }
    if kept.count < position {
      // The kept part begins with a whole line.
      let lineFeed = kept.span.firstIndex(of: 0x0a, from: 0)
      kept.removeFirst(lineFeed.map { $0 + 1 } ?? kept.count)
    }
    last = (kept, position - kept.count)
  }

  private func rewind() throws(Errno) {
    reader = try GzipReader(file)
    position = 0
  }
}
