internal import CRIGzip
internal import CRISystem

/// An open file of a log, with its errors told as the log's.
struct LogFile {
  let path: String
  /// Of the file with this name; what is read may be its expanded copy.
  let identity: FileIdentity
  private let file: OpenFile

  /// - Throws: where it is not there, not for us, or no file at all.
  init(_ path: String) throws(LogError) {
    self.path = path
    let found: OpenFile
    do throws(Errno) { found = try OpenFile(path) } catch {
      throw error == .noSuchFile || error == .notADirectory ? .missing(path) : .unreadable(path, error)
    }
    guard found.isRegular else { throw .notAFile(path) }
    identity = found.identity
    do throws(Errno) { file = RotatedFiles.isCompressed(path) ? try Gzip.expand(found) : found } catch {
      throw .unreadable(path, error)
    }
  }

  func size() throws(LogError) -> Int {
    do throws(Errno) { return try file.size() } catch { throw .unreadable(path, error) }
  }

  /// - Returns: bytes read into `buffer[index...]`, 0 at the end.
  func read(at offset: Int, into buffer: inout [UInt8], from index: Int = 0) throws(LogError) -> Int {
    do throws(Errno) { return try file.read(at: offset, into: &buffer, from: index) } catch {
      throw .unreadable(path, error)
    }
  }

  /// Reads as much as there is for the whole buffer.
  /// - Returns: less than the buffer holds where the file ends.
  func fill(_ buffer: inout [UInt8], at offset: Int) throws(LogError) -> Int {
    var count = 0
    while count < buffer.count {
      let more = try read(at: offset + count, into: &buffer, from: count)
      if more == 0 { break }
      count += more
    }
    return count
  }

  /// When its first record was written, in nanoseconds since 1970; nil where its first lines hold none.
  func firstTime() throws(LogError) -> Int64? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = try fill(&buffer, at: 0)
    var lines = LineParser()
    let bytes = buffer.span
    var start = 0
    while start < count {
      let end = bytes.firstIndex(of: 0x0a, from: start).flatMap { $0 < count ? $0 : nil } ?? count
      if let time = lines.head(bytes, start..<end)?.time { return time }
      start = end + 1
    }
    return nil
  }
}
