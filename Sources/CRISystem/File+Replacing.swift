internal import Glibc

extension File {
  /// The permission bits of what is there, links followed; nil where nothing is. The corresponding C function is `stat`.
  package static func permissions(_ path: String) -> UInt32? {
    var status = Glibc.stat()
    return stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o7777 : nil
  }

  /// Whether `writeAtomically` will be able to: its temporary file is made and taken away again, since permissions alone
  /// do not tell (read-only file systems, root, quotas).
  package static func checkWritable(_ path: String) throws(Errno) {
    let target = destination(of: path)
    var status = Glibc.stat()
    if stat(target, &status) == 0 {
      let kind = status.st_mode & S_IFMT
      if kind == S_IFDIR { throw .isADirectory }
      if kind != S_IFREG {
        _ = try retrying { access(target, W_OK) }
        return
      }
    }
    let temporary = temporaryName(for: target)
    let file = Descriptor(
      owning: try retrying { open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o600)) })
    _ = consume file
    unlink(temporary)
  }
}
