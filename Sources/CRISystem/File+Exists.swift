internal import Glibc

extension File {
  /// Whether a path exists, following symbolic links. The corresponding C function is `stat`.
  /// - Throws: An error if this cannot be determined, for example because permission is denied.
  package static func exists(_ path: String) throws(FileError) -> Bool {
    var status = Glibc.stat()
    do throws(Errno) {
      _ = try retrying { stat(path, &status) }
      return true
    } catch {
      if error == .noSuchFile || error == .notADirectory { return false }
      throw .system(error)
    }
  }
}
