internal import Glibc

extension File {
  /// Reads a small file, such as one in `/proc`, up to the size of one buffer on the stack.
  package static func readShort(_ path: String) throws(FileError) -> [UInt8] {
    let file = try opened(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    let fd = file.rawValue
    let (bytes, error) = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) {
      buffer -> ([UInt8], Errno?) in
      var count = 0
      do throws(Errno) {
        // Some files in /proc return only a page for each read.
        while count < buffer.count {
          let more = try retrying { Glibc.read(fd, buffer.baseAddress.map { $0 + count }, buffer.count - count) }
          if more == 0 { break }
          count += more
        }
        return (Array(buffer[..<count]), nil)
      } catch {
        return ([], error)
      }
    }
    if let error { throw .system(error) }
    return bytes
  }
}
