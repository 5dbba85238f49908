internal import Glibc

/// A file that is open for reading. It stays readable if it is renamed or removed.
package final class OpenFile: Sendable {
  private let descriptor: Descriptor

  /// The identity of the file, for comparison with the file that is found at its path later.
  package let identity: FileIdentity

  /// Whether the file has a size and can be read at any offset: not a pipe, a device, a socket or a directory.
  package let isRegular: Bool

  /// Opens a file for reading if it is a regular one; any other file is not opened, but can still be identified. The
  /// corresponding C function is `open`.
  package convenience init(_ path: String) throws(Errno) {
    // C functions would see only the part of the path before a NUL.
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .noSuchFile }
    let probe = Descriptor(owning: try retrying { open(path, OpenFlags.path | O_CLOEXEC) })
    var status = Glibc.stat()
    let fd = probe.rawValue
    _ = try retrying { fstat(fd, &status) }
    if status.st_mode & S_IFMT == S_IFREG {
      try self.init(probe.reopened())
    } else {
      try self.init(probe)
    }
  }

  /// Takes over an open descriptor.
  package init(_ descriptor: consuming Descriptor) throws(Errno) {
    identity = try FileIdentity.read(descriptor)
    var status = Glibc.stat()
    let fd = descriptor.rawValue
    _ = try retrying { fstat(fd, &status) }
    isRegular = status.st_mode & S_IFMT == S_IFREG
    self.descriptor = descriptor
  }

  /// Returns the current size in bytes. The corresponding C function is `fstat`.
  package func size() throws(Errno) -> Int {
    var status = Glibc.stat()
    let fd = descriptor.rawValue
    _ = try retrying { fstat(fd, &status) }
    return Int(status.st_size)
  }

  /// Reads into `buffer[index...]`. The corresponding C function is `pread`.
  /// - Parameter offset: The offset in bytes from the beginning of the file.
  /// - Returns: The number of bytes read; 0 at the end.
  package func read(at offset: Int, into buffer: inout [UInt8], from index: Int = 0) throws(Errno) -> Int {
    let fd = descriptor.rawValue
    precondition(index <= buffer.count)
    return try retrying {
      buffer.withUnsafeMutableBytes {
        pread(fd, $0.baseAddress.map { $0 + index }, $0.count - index, off_t(offset))
      }
    }
  }
}
