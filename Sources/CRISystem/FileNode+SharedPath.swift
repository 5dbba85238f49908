internal import Glibc

extension FileNode {
  /// A path by which other processes on this node can open the file as long as this object exists.
  package var sharedPath: String { "/proc/\(getpid())/fd/\(descriptor.rawValue)" }
}
