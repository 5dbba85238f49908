internal import Glibc

/// The space that root can still use in a file system.
package struct FileSystemSpace: Hashable, Sendable {
  /// The number of free blocks; nil if the file system does not limit them.
  package let blocks: UInt64?
  /// The number of free inodes; nil if the file system does not limit them.
  package let inodes: UInt64?

  package init(blocks: UInt64?, inodes: UInt64?) {
    self.blocks = blocks
    self.inodes = inodes
  }

  /// Reads the space of the file system that contains a path. The corresponding C function is `statvfs`.
  /// - Parameter sys: The directory of the kernel's system files.
  package static func read(_ path: String, sys: String = "/sys") throws(Errno) -> FileSystemSpace {
    var facts = Glibc.statvfs()
    _ = try retrying { statvfs(path, &facts) }
    let identity = try FileIdentity.read(path)
    let free = UInt64(facts.f_bfree)
    let reserved = reservedBlocks(device: identity.device, sys)
    return FileSystemSpace(
      blocks: facts.f_blocks == 0 ? nil : free > reserved ? free - reserved : 0,
      inodes: facts.f_files == 0 ? nil : UInt64(facts.f_ffree))
  }

  /// The number of free blocks that ext4 keeps for itself, so that even root cannot use them
  /// (Documentation/ABI/testing/sysfs-fs-ext4); 0 for any other file system.
  private static func reservedBlocks(device: UInt64, _ sys: String) -> UInt64 {
    let (major, minor) = (device >> 8 & 0xfff, device & 0xff | device >> 12 & 0xfff00)
    guard let target = File.linkTarget("\(sys)/dev/block/\(major):\(minor)"),
      let name = target.split(separator: "/").last,
      let bytes = try? File.read("\(sys)/fs/ext4/\(name)/reserved_clusters", limit: 4096)
    else { return 0 }
    return UInt64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)) ?? 0
  }
}
