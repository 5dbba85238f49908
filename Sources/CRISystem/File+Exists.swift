internal import Glibc

extension File {
  /// Whether something is there, links followed. The corresponding C function is `stat`.
  /// - Throws: where that cannot be told, such as for want of permission.
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
