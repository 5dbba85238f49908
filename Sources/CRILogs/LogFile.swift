internal import CRIGzip
internal import CRISystem

/// An open file of a log. Its errors are `LogError`s.
struct LogFile {
  let path: String
  /// The identity of the file at `path`.
  let identity: FileIdentity
  private let file: OpenFile
  /// The decompressed contents; nil if the file is not compressed.
  private let expanded: ExpandedFile?

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
    do throws(Errno) { expanded = isRotated && RotatedFiles.isCompressed(path) ? try ExpandedFile(found) : nil } catch {
      throw .unreadable(path, error)
    }
  }

  /// Whether the file is compressed.
  var isCompressed: Bool { expanded != nil }

  /// The damage in the compressed data, after the part that was read; nil if no damage was found.
  var damage: GzipDamage? { expanded?.damage }

  /// The offset at which reading can begin. It is greater than 0 for a compressed file of which only the last lines are
  /// kept.
  var start: Int { expanded?.start ?? 0 }

  /// Returns why no byte of the file can be read, or nil if at least one can.
  func damageAtStart() throws(LogError) -> GzipDamage? {
    guard let expanded else { return nil }
    var byte: [UInt8] = [0]
    return try read(at: 0, into: &byte) == 0 ? expanded.damage : nil
  }

  /// Keeps the last lines of a compressed file in memory, so that it can be read backwards.
  /// - Returns: The number of bytes kept, at most `limit`.
  func keepLast(_ limit: Int) throws(LogError) -> Int {
    guard let expanded else { return 0 }
    do throws(Errno) { try expanded.keepLast(limit) } catch { throw .unreadable(path, error) }
    return expanded.end - expanded.start
  }

  /// The current size in bytes; for a compressed file, the number of bytes that have been decompressed so far.
  func size() throws(LogError) -> Int {
    if let expanded { return expanded.end }
    do throws(Errno) { return try file.size() } catch { throw .unreadable(path, error) }
  }

  /// Reads bytes into `buffer[index...]`.
  /// - Returns: The number of bytes, which is 0 at the end of the file.
  func read(at offset: Int, into buffer: inout [UInt8], from index: Int = 0) throws(LogError) -> Int {
    do throws(Errno) {
      if let expanded { return try expanded.read(at: offset, into: &buffer, from: index) }
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

  /// Returns the time of the first record in nanoseconds since 1970, or nil if the first 64 KiB have no record.
  func firstTime() throws(LogError) -> Int64? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = try fill(&buffer, at: 0)
    var lines = LineParser()
    let bytes = buffer.span
    var start = 0
    while start < count {
      let end = bytes.firstIndex(of: 0x0a, from: start).flatMap { $0 < count ? $0 : nil } ?? count
      if let time = lines.parseHeader(bytes, start..<end)?.time { return time }
      start = end + 1
    }
    return nil
  }
}
