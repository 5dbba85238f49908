internal import Glibc

/// Reads the entries of directories.
package enum Directory {
  /// The maximum number of entries: far more than in any directory that is listed on a node.
  private static let maximumNames = 1 << 20

  /// Returns the names without `.` and `..`, in no particular order. The corresponding C function is `readdir`.
  package static func names(at path: String) throws(FileError) -> [String] {
    try names(of: File.opened(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK))
  }

  /// Returns the names in an open directory, and closes it.
  static func names(of directory: consuming Descriptor) throws(FileError) -> [String] {
    let fd = directory.release()
    guard let stream = fdopendir(fd) else {
      let error = Errno.last
      close(fd)
      throw .system(error)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // Only errno distinguishes the end from an error.
      errno = 0
      guard let entry = readdir(stream) else {
        let error = Errno.last
        if error.rawValue != 0 { throw .system(error) }
        return names
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
      if names.count > maximumNames { throw .tooManyEntries(limit: maximumNames) }
    }
  }
}
