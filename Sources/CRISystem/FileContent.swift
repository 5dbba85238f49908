internal import Glibc

/// The content of a regular file, read from its beginning, with its holes.
package final class FileContent: Sendable {
  /// A part of a file.
  package enum Part: Hashable, Sendable {
    case bytes([UInt8])
    /// A hole: the number of bytes that are zero and take up no space on the disk.
    case hole(Int)
  }

  /// `SEEK_DATA` of lseek(2), a GNU extension.
  private static let seekData: Int32 = 3
  /// `SEEK_HOLE`.
  private static let seekHole: Int32 = 4
  private static let pieceSize = 256 << 10

  private let descriptor: Descriptor
  private let size: Int
  /// The current position, and the end of the data that begins there.
  private let state = Locked((position: 0, dataEnd: 0))

  init(_ descriptor: consuming Descriptor, size: Int) throws(Errno) {
    self.descriptor = descriptor
    self.size = size
  }

  /// Reads the next part, up to the size that the file had when it was opened.
  /// - Returns: nil at the end, which comes early if the file has shrunk.
  package func next() throws(Errno) -> Part? {
    var (position, dataEnd) = state.withLock { $0 }
    defer { state.withLock { [position, dataEnd] in $0 = (position, dataEnd) } }
    guard position < size else { return nil }
    let fd = descriptor.rawValue
    if position >= dataEnd {
      let data = lseek(fd, off_t(position), Self.seekData)
      if data < 0, Errno.last.rawValue == ENXIO {
        // No data follows, or the file is shorter now.
        var status = Glibc.stat()
        _ = try retrying { fstat(fd, &status) }
        let end = min(size, Int(status.st_size))
        guard end > position else { return nil }
        defer { position = end }
        return .hole(end - position)
      }
      if data > position {
        let end = min(Int(data), size)
        defer { position = end }
        return .hole(end - position)
      }
      let hole = lseek(fd, off_t(position), Self.seekHole)
      // A file system without support for holes reports only data.
      dataEnd = hole > position ? min(Int(hole), size) : size
    }
    let wanted = min(Self.pieceSize, dataEnd - position)
    var failure: Errno?
    let start = position
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      do throws(Errno) {
        count = try retrying { pread(fd, buffer.baseAddress, wanted, off_t(start)) }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    if bytes.isEmpty { return nil }
    position += bytes.count
    return .bytes(bytes)
  }
}
