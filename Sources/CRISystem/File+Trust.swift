internal import Glibc

extension File {
  /// The maximum number of symbolic links, as in the kernel (path_resolution(7)).
  private static let maximumLinks = 40

  /// Whether only root and the caller can write to the file at an absolute path, or redirect the path to a different
  /// file. Use this for programs whose path comes from another process. Every directory and every symbolic link on the
  /// path must belong to root or to the caller, and nothing may be writable by group or others, except that a parent
  /// directory may be sticky.
  package static func isTrusted(_ path: String) -> Bool {
    guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else { return false }
    var directory: [Substring] = []
    var rest = Array(path.split(separator: "/").reversed())
    var links = 0
    while let name = rest.popLast() {
      if name == "." { continue }
      if name == ".." {
        _ = directory.popLast()
        continue
      }
      let here = "/" + (directory + [name]).joined(separator: "/")
      var status = Glibc.stat()
      guard lstat(here, &status) == 0, status.st_uid == 0 || status.st_uid == geteuid() else { return false }
      let isWritable = status.st_mode & 0o022 != 0
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        links += 1
        guard links <= maximumLinks, let target = linkTarget(here) else { return false }
        if target.hasPrefix("/") { directory = [] }
        rest += target.split(separator: "/").reversed()
      case S_IFDIR:
        if isWritable && status.st_mode & 0o1000 == 0 { return false }
        directory.append(name)
      default: return rest.isEmpty && status.st_mode & S_IFMT == S_IFREG && !isWritable
      }
    }
    return false
  }
}
