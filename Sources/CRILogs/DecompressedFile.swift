internal import CRIGzip
internal import CRISystem

/// The contents of a compressed log, which are decompressed while they are read and never kept as a whole.
///
/// They can only be read forwards, but the last lines can be kept for a search from the end.
final class DecompressedFile {
  /// The maximum number of bytes to decompress in search of the end: the contents may be a thousand times the size of
  /// the file.
  static let maximumSize = 1 << 30

  private let file: OpenFile
  private var reader: GzipReader
  /// The offset of the next decompressed byte.
  private var position = 0
  private var last: LastBytes?

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
      return last.read(at: offset, into: &buffer, from: index)
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
  func keepTail(_ limit: Int) throws(Errno) {
    if position > 0 { try rewind() }
    var kept = LastBytes(limit: limit)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = try reader.read(into: &buffer)
      if count == 0 { break }
      position += count
      if position > Self.maximumSize { throw .fileTooLarge }
      kept.append(buffer[..<count])
    }
    // The kept part begins with a whole line.
    if kept.start > 0 { kept.dropFirstLine() }
    last = kept
  }

  private func rewind() throws(Errno) {
    reader = try GzipReader(file)
    position = 0
  }
}
