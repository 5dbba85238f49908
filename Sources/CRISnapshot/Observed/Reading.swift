/// What a source outside the runtime answered, or why it could not be read: never an empty answer in place of none.
public enum Reading<Value: Hashable & Sendable>: Hashable, Sendable {
  case read(Value)
  case unread(UnreadReason)

  /// The answer; nil where there is none.
  public var value: Value? {
    if case .read(let value) = self { value } else { nil }
  }

  /// Why there is none; nil where there is one.
  public var reason: UnreadReason? {
    if case .unread(let reason) = self { reason } else { nil }
  }
}

/// Why a source could not be read.
public struct UnreadReason: Hashable, Sendable, CustomStringConvertible {
  /// The C library's `errno`; nil where no system call failed.
  public var code: Int32?
  public var words: String

  public init(code: Int32? = nil, _ words: String) {
    self.code = code
    self.words = words
  }

  public var description: String { words }
}
