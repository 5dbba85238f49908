internal import Glibc

/// A point in time with the precision of a file system.
package struct FileTime: Hashable, Sendable {
  /// Seconds since the Unix epoch.
  package let seconds: Int64
  /// Nanoseconds, from 0 to 999,999,999.
  package let nanoseconds: Int64

  package init(seconds: Int64, nanoseconds: Int64 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// The status of a file. The corresponding C structure is `stat`.
package struct FileStatus: Hashable, Sendable {
  package let kind: FileKind
  /// The permission bits with set-uid, set-gid and sticky: at most 07777.
  package let permissions: UInt32
  package let owner: UInt32
  package let group: UInt32
  /// The size in bytes.
  package let size: Int
  package let modified: FileTime
  package let identity: FileIdentity
  package let linkCount: Int

  /// The permission bits as chmod(1) accepts them, such as `0755`.
  package var permissionText: String { "0" + String(permissions, radix: 8) }

  /// Whether a user other than root and the caller can write to the file, as its owner or because of its permission bits.
  package var isChangeableByOthers: Bool { !Caller.trusts(owner) || permissions & 0o022 != 0 }

  /// Whether a user other than root and the caller can replace what this directory contains. In a sticky directory, only
  /// the owner of an entry can.
  package var isExchangeableByOthers: Bool {
    !Caller.trusts(owner) || permissions & 0o022 != 0 && permissions & 0o1000 == 0
  }

  init(_ status: Glibc.stat) {
    kind = FileKind(status)
    permissions = UInt32(status.st_mode & 0o7777)
    owner = status.st_uid
    group = status.st_gid
    size = Int(status.st_size)
    modified = FileTime(seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
    identity = FileIdentity(status)
    linkCount = Int(status.st_nlink)
  }
}
