internal import Glibc

extension File {
  /// A file without a name, for reading and writing, that goes when it is closed: in TMPDIR, else in `/var/tmp`, which
  /// is on a disk where `/tmp` may be memory. The corresponding C flag is `O_TMPFILE`.
  package static func unnamed() throws(Errno) -> Descriptor {
    var failure = Errno.noSuchFile
    for folder in [Environment.value("TMPDIR"), "/var/tmp", "/tmp"] {
      guard let folder else { continue }
      let flags = O_RDWR | O_CLOEXEC | OpenFlags.temporary | O_DIRECTORY
      do throws(Errno) { return Descriptor(owning: try retrying { open(folder, flags, 0o600) }) } catch {
        failure = error
      }
    }
    throw failure
  }
}
