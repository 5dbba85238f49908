internal import CRIGzip
internal import CRISystem

/// An open file of a log. Its errors are `LogError`s.
struct LogFile {
  let path: String
  /// The identity of the file at `path`.
  let identity: FileIdentity
  private let file: OpenFile
  /// The decompressed contents; nil if the file is not compressed.
  private let decompressed: DecompressedFile?

  /// Opens a file.
  /// - Parameter isRotated: Whether the file is a rotated one, which is compressed if its name ends with `.gz`.
  /// - Throws: `.missing`, `.unreadable` or `.notAFile`.
  init(_ path: String, isRotated: Bool = false) throws(LogError) {
    self.path = path
    let found: OpenFile
    do throws(Errno) { found = try OpenFile(path) } catch {
      throw error == .noSuchFile || error == .notADirectory ? .missing(path) : .unreadable(path, error)
    }
    guard found.isRegular else { throw .notAFile(path) }
    identity = found.identity
    file = found
    do throws(Errno) {
      decompressed = isRotated && RotatedFiles.isCompressed(path) ? try DecompressedFile(found) : nil
    } catch {
      throw .unreadable(path, error)
    }
  }

  /// Whether the file is compressed.
  var isCompressed: Bool { decompressed != nil }

  /// The damage in the compressed data, after the part that was read; nil if no damage was found.
  var damage: GzipDamage? { decompressed?.damage }

  /// The offset at which reading can begin. It is greater than 0 for a compressed file of which only the last lines are
  /// kept.
  var start: Int { decompressed?.start ?? 0 }

  /// How much of a file is searched for its first record, in bytes.
  private static let firstRecordLimit = 16 << 20

  /// Returns why no byte of the file can be read, or nil if at least one can.
  func damageAtStart() throws(LogError) -> GzipDamage? {
    guard let decompressed else { return nil }
    var byte: [UInt8] = [0]
    return try read(at: 0, into: &byte) == 0 ? decompressed.damage : nil
  }

  /// Keeps the last lines of a compressed file in memory, so that it can be read backwards.
  /// - Returns: The number of bytes kept, at most `limit`.
  func keepTail(_ limit: Int) throws(LogError) -> Int {
    guard let decompressed else { return 0 }
    do throws(Errno) { try decompressed.keepTail(limit) } catch { throw .unreadable(path, error) }
    return decompressed.end - decompressed.start
  }

  /// The current size in bytes; for a compressed file, the number of bytes that have been decompressed so far.
  func size() throws(LogError) -> Int {
    if let decompressed { return decompressed.end }
    do throws(Errno) { return try file.size() } catch { throw .unreadable(path, error) }
  }

  /// Reads bytes into `buffer[index...]`.
  /// - Returns: The number of bytes, which is 0 at the end of the file.
  func read(at offset: Int, into buffer: inout [UInt8], from index: Int = 0) throws(LogError) -> Int {
    do throws(Errno) {
      if let decompressed { return try decompressed.read(at: offset, into: &buffer, from: index) }
      return try file.read(at: offset, into: &buffer, from: index)
    } catch {
      throw .unreadable(path, error)
    }
  }

  /// Reads bytes until the buffer is full or the file ends.
  /// - Returns: The number of bytes read.
  func fill(_ buffer: inout [UInt8], at offset: Int) throws(LogError) -> Int {
    var count = 0
    while count < buffer.count {
      let more = try read(at: offset + count, into: &buffer, from: count)
      if more == 0 { break }
      count += more
    }
    return count
  }

  /// Returns the time of the first record in nanoseconds since 1970, or nil if the first 16 MiB have no record.
  ///
  /// If a file is truncated while a process writes it without O_APPEND, the file begins with NUL bytes.
  func firstTime() throws(LogError) -> Int64? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var lines = LineParser()
    var offset = 0
    // Whether the buffer begins inside of a line that is longer than the buffer, and cannot be a record's beginning.
    var isInside = false
    while offset < Self.firstRecordLimit {
      let count = try fill(&buffer, at: offset)
      let (bytes, isLast) = (buffer.span, count < buffer.count)
      var start = 0
      while start < count {
        let end = bytes.firstIndex(of: 0x0a, from: start).flatMap { $0 < count ? $0 : nil }
        if end == nil, !isLast, start > 0 { break }
        if !isInside, let time = lines.parseHeader(bytes, start..<(end ?? count))?.time { return time }
        isInside = end == nil
        start = end.map { $0 + 1 } ?? count
      }
      if isLast { return nil }
      offset += start
    }
    return nil
  }
}
