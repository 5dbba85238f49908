/// What untrusted documents may cost together. Parsing a document takes its memory from here.
package struct JSONLimits: Sendable {
  /// The memory in bytes that the documents may still take, as trees and as indented text.
  package var memory: Int
  /// When parsing must have ended.
  package var deadline: ContinuousClock.Instant?

  /// - Parameter size: The size of all the texts in bytes.
  package init(forTextsOf size: Int, deadline: ContinuousClock.Instant? = nil) {
    memory = Self.base + Self.perByte * size
    self.deadline = deadline
  }

  /// The memory that any documents may take: enough for 150,000 short strings.
  private static let base = 8 << 20
  /// The memory that documents may take in addition for each byte of their texts.
  private static let perByte = 2
}
