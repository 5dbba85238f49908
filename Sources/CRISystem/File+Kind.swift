internal import Glibc

extension File {
  /// Whether a path is a regular file, and not a symbolic link, a device or a directory. The corresponding C function
  /// is `lstat`.
  package static func isRegular(_ path: String) -> Bool {
    var status = Glibc.stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether the path points to a regular file that any user may execute. The corresponding C function is `stat`.
  package static func hasExecutePermission(_ path: String) throws(FileError) -> Bool {
    var status = Glibc.stat()
    _ = try system { () throws(Errno) in try retrying { stat(path, &status) } }
    return status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 != 0
  }

  /// Whether a path is a directory or a symbolic link to one.
  package static func isDirectory(_ path: String) -> Bool {
    var status = Glibc.stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The user that owns a file, following symbolic links. The corresponding C function is `stat`.
  package static func owner(of path: String) throws(FileError) -> UInt32 {
    var status = Glibc.stat()
    do throws(Errno) {
      _ = try retrying { stat(path, &status) }
    } catch {
      throw .system(error)
    }
    return status.st_uid
  }
}

extension File {
  /// The kind, size, owner and times of a file. Symbolic links are followed.
  package static func status(of path: String) throws(FileError) -> FileStatus {
    var status = Glibc.stat()
    do throws(Errno) {
      _ = try retrying { stat(path, &status) }
    } catch {
      throw .system(error)
    }
    return FileStatus(status)
  }
}
