internal import Glibc

/// A folder's entries.
package enum Directory {
  /// Far more than a node has of anything that we list.
  private static let mostNames = 1 << 20

  /// Their names without `.` and `..`, in no order. The corresponding C function is `readdir`.
  package static func names(at path: String) throws(FileError) -> [String] {
    try names(of: File.opened(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK))
  }

  /// Those of an open directory, which is closed.
  static func names(of directory: consuming Descriptor) throws(FileError) -> [String] {
    let number = directory.release()
    guard let stream = fdopendir(number) else {
      let error = Errno.last
      close(number)
      throw .system(error)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // The only way to tell the end from an error.
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
      if names.count > mostNames { throw .fileTooLarge }
    }
  }
}
