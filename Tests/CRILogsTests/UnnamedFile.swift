import CRISystem
import Glibc

/// Creates a file without a name, for reading and writing, that is removed when it is closed. The corresponding C flag
/// is `O_TMPFILE`.
func unnamedFile() throws(Errno) -> Descriptor {
  // __O_TMPFILE | O_DIRECTORY is a GNU macro that combines two flags.
  let flags = O_RDWR | O_CLOEXEC | 0o20000000 | O_DIRECTORY
  return Descriptor(owning: try retrying { open("/var/tmp", flags, 0o600) })
}
