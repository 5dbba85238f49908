internal import Glibc

extension File {
  /// Gives a file another name in its directory, and replaces a file of that name. The corresponding C function is
  /// `renameat`.
  package static func rename(_ path: String, to name: String) throws(FileError) {
    let walk = try PathWalk(toFile: path)
    let (directory, old) = (walk.directory.rawValue, walk.name)
    _ = try system { () throws(Errno) in try retrying { renameat(directory, old, directory, name) } }
  }
}
