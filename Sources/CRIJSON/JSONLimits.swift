/// The memory and time that untrusted documents may take in total. Parsing a document reduces `memory`.
package struct JSONLimits: Sendable {
  /// The memory in bytes that the documents may still take, as trees and as indented text.
  package var memory: Int
  /// The time at which parsing must have ended; nil for no limit.
  package var deadline: ContinuousClock.Instant?

  /// - Parameter size: The size of all the strings, in bytes.
  package init(forTextsOf size: Int, deadline: ContinuousClock.Instant? = nil) {
    memory = Self.base + Self.perByte * size
    self.deadline = deadline
  }

  /// For a snapshot file of this size in bytes. Without white space, the snapshot of a large node takes five bytes for each
  /// byte of its text.
  package init(forSnapshotOf size: Int) {
    memory = Self.base + Self.perSnapshotByte * size
  }

  private static let perSnapshotByte = 8

  /// The memory that documents of any size may take: enough for 150,000 short strings.
  private static let base = 8 << 20
  /// The additional memory that documents may take for each byte of their text.
  private static let perByte = 2
}
