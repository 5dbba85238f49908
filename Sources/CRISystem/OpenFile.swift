internal import Glibc

/// A file that is open for reading, whatever becomes of its name.
package final class OpenFile: Sendable {
  private let descriptor: Descriptor

  /// Which file it is, to be compared with what its path leads to later.
  package let identity: FileIdentity

  /// Whether it is one that has a size and can be read anywhere: no pipe, device, socket or folder.
  package let isRegular: Bool

  /// Opens it without waiting, as one would for the writer of a FIFO. The corresponding C function is `open`.
  package convenience init(_ path: String) throws(Errno) {
    // A name that C would see the beginning of only.
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .noSuchFile }
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    try self.init(Descriptor(owning: try retrying { open(path, flags) }))
  }

  /// Takes over a file that is open already.
  package init(_ descriptor: consuming Descriptor) throws(Errno) {
    identity = try FileIdentity.read(descriptor)
    var status = Glibc.stat()
    let number = descriptor.rawValue
    _ = try retrying { fstat(number, &status) }
    isRegular = status.st_mode & S_IFMT == S_IFREG
    self.descriptor = descriptor
  }

  /// Bytes that it has now. The corresponding C function is `fstat`.
  package func size() throws(Errno) -> Int {
    var status = Glibc.stat()
    let number = descriptor.rawValue
    _ = try retrying { fstat(number, &status) }
    return Int(status.st_size)
  }

  /// Reads into `buffer[index...]`. The corresponding C function is `pread`.
  /// - Parameter offset: bytes from the file's beginning.
  /// - Returns: the number of bytes, 0 at the end.
  package func read(at offset: Int, into buffer: inout [UInt8], from index: Int = 0) throws(Errno) -> Int {
    let number = descriptor.rawValue
    precondition(index <= buffer.count)
    return try retrying {
      buffer.withUnsafeMutableBytes {
        pread(number, $0.baseAddress.map { $0 + index }, $0.count - index, off_t(offset))
      }
    }
  }
}
