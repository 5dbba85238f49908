/// The space that the runtime can still use for its containers' records.
public struct RecordSpace: Hashable, Sendable {
  /// The directory of the records.
  public var directory: String
  /// The number of free blocks in its file system; nil if they are not limited.
  public var blocks: UInt64?
  /// The number of free inodes in its file system; nil if they are not limited.
  public var inodes: UInt64?

  /// Creates a value with the given properties.
  public init(directory: String, blocks: UInt64?, inodes: UInt64?) {
    self.directory = directory
    self.blocks = blocks
    self.inodes = inodes
  }

  /// Whether no record at all can be written.
  public var isExhausted: Bool { blocks == 0 || inodes == 0 }

  /// Whether a new file can be written for each of these containers, which takes a block and an inode.
  func holds(_ count: Int) -> Bool {
    [blocks, inodes].allSatisfy { free in free.map { $0 >= UInt64(count) } ?? true }
  }
}
