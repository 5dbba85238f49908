internal import Glibc

extension Descriptor {
  /// Opens for reading the file that this descriptor refers to (O_PATH). Its kind was examined first, because opening a
  /// device can have effects: a watchdog, for example, reboots the node.
  /// - Throws: `.noSuchFile` if /proc is not mounted, or the error of `open`.
  borrowing func reopened() throws(Errno) -> Descriptor {
    let path = "/proc/self/fd/\(rawValue)"
    return Descriptor(owning: try retrying { Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) })
  }
}
