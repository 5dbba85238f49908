internal import Glibc

extension Directory {
  /// Makes a folder and those above it where they are missing. The corresponding C function is `mkdir`.
  package static func make(_ path: String, mode: UInt32 = 0o755) throws(Errno) {
    var status = Glibc.stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory }
      return
    }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try make(String(path[..<slash]), mode: mode) }
    do throws(Errno) {
      _ = try retrying { mkdir(path, mode_t(mode)) }
    } catch {
      // Somebody else was quicker.
      if error.rawValue != EEXIST { throw error }
    }
  }
}
