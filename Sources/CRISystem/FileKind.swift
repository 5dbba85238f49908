internal import Glibc

/// The type of a file or a descriptor. The corresponding C field is `st_mode` (inode(7)).
package enum FileKind: Hashable, Sendable {
  case regular
  case directory
  case symbolicLink
  case fifo
  case socket
  case device
  /// `/dev/null` under any name: character device 1:3 (the kernel's devices.txt).
  case null

  init(_ status: Glibc.stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    case S_IFLNK: self = .symbolicLink
    case S_IFIFO: self = .fifo
    case S_IFSOCK: self = .socket
    case S_IFCHR where status.st_rdev == Self.nullDevice: self = .null
    default: self = .device
    }
  }

  private static let nullDevice: dev_t = 1 << 8 | 3
}

extension FileKind: CustomStringConvertible {
  package var description: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a directory"
    case .symbolicLink: "a symbolic link"
    case .fifo: "a FIFO"
    case .socket: "a socket"
    case .device: "a device"
    case .null: "/dev/null"
    }
  }
}
