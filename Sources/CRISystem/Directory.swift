internal import Glibc

/// A folder's entries.
package enum Directory {
  /// Their names without `.` and `..`, in no order. The corresponding C function is `readdir`.
  package static func names(at path: String) throws(Errno) -> [String] {
    guard let stream = opendir(path) else { throw Errno.last }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // The only way to tell the end from an error.
      errno = 0
      guard let entry = readdir(stream) else {
        let error = Errno.last
        if error.rawValue != 0 { throw error }
        return names
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }
}
