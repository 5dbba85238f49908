package import CRISystem

/// A file, a directory or a link to copy.
package struct CopyEntry: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A regular file with this many bytes, which follow the entry.
    case regular(size: Int)
    case directory
    case symbolicLink(target: [UInt8])
    /// A hard link: another name of a file that was copied before. That file's path is relative to the same directory.
    case hardLink(target: [UInt8])
  }

  /// The path relative to the copied object, without empty components, `.` and `..`; empty for the object itself.
  package var path: [UInt8]
  package var kind: Kind
  /// The permission bits, including set-uid, set-gid and sticky: at most 07777.
  package var permissions: UInt32
  /// nil to leave the owner that the destination gives to new files.
  package var owner: UInt32?
  package var group: UInt32?
  package var modified: FileTime

  package init(
    path: [UInt8], kind: Kind, permissions: UInt32, owner: UInt32? = nil, group: UInt32? = nil,
    modified: FileTime = FileTime(seconds: 0)
  ) {
    self.path = path
    self.kind = kind
    self.permissions = permissions
    self.owner = owner
    self.group = group
    self.modified = modified
  }

  var attributes: FileAttributes {
    FileAttributes(permissions: permissions, owner: owner, group: group, modified: modified)
  }
}

/// A step of a copy. A source produces steps, and a destination applies them.
package enum CopyEvent: Hashable, Sendable {
  case entry(CopyEntry)
  /// The next bytes of the regular file whose entry came last.
  case bytes([UInt8])
  /// The number of zeros that come next in this file.
  case zeros(Int)
  /// A file that is not copied.
  case skipped(path: [UInt8], SkipReason)
}

/// The reason why a file is not copied.
package enum SkipReason: Hashable, Sendable {
  /// Only regular files, directories and symbolic links are copied.
  case kind(FileKind)
  /// It is on procfs, sysfs or a similar file system.
  case pseudoFileSystem
  /// It was removed or renamed while its directory was being copied.
  case vanished
  /// It became shorter while it was being read; the missing bytes are replaced by zeros.
  case shrank
}
