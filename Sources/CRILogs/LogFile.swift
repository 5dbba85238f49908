internal import CRIGzip
internal import CRISystem

/// An open file of a log. Its errors are `LogError`s.
struct LogFile {
  let path: String
  /// The identity of the file at `path`, even if a decompressed copy of it is read.
  let identity: FileIdentity
  private let file: OpenFile

  /// Opens a file, and decompresses it if its name ends with `.gz`.
  /// - Throws: `.missing`, `.unreadable` or `.notAFile`.
  init(_ path: String) throws(LogError) {
    self.path = path
    let found: OpenFile
    do throws(Errno) { found = try OpenFile(path) } catch {
      throw error == .noSuchFile || error == .notADirectory ? .missing(path) : .unreadable(path, error)
    }
    guard found.isRegular else { throw .notAFile(path) }
    identity = found.identity
    do throws(Errno) { file = RotatedFiles.isCompressed(path) ? try Gzip.decompress(found) : found } catch {
      throw .unreadable(path, error)
    }
  }

  /// The current size in bytes.
  func size() throws(LogError) -> Int {
    do throws(Errno) { return try file.size() } catch { throw .unreadable(path, error) }
  }

  /// Reads bytes into `buffer[index...]`.
  /// - Returns: the number of bytes, which is 0 at the end of the file.
  func read(at offset: Int, into buffer: inout [UInt8], from index: Int = 0) throws(LogError) -> Int {
    do throws(Errno) { return try file.read(at: offset, into: &buffer, from: index) } catch {
      throw .unreadable(path, error)
    }
  }

  /// Reads bytes until the buffer is full or the file ends.
  /// - Returns: the number of bytes read.
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
