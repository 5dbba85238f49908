/// Something that a rule looks at: known, or not to be had, and why.
public enum Evidence<Value: Hashable & Sendable>: Hashable, Sendable {
  case known(Value)
  /// Why it is not known, as half a sentence.
  case unknown(String)

  /// The value.
  /// - Throws: `Unchecked`, where there is none: what a rule needed it for was not checked.
  func get() throws(Unchecked) -> Value {
    switch self {
    case .known(let value): return value
    case .unknown(let why): throw Unchecked(why: why)
    }
  }

  /// The value, nil where it is not known.
  public var value: Value? { if case .known(let value) = self { value } else { nil } }

  public func map<Other>(_ transform: (Value) -> Other) -> Evidence<Other> {
    switch self {
    case .known(let value): .known(transform(value))
    case .unknown(let why): .unknown(why)
    }
  }
}

/// A rule could not look at what it decides by.
struct Unchecked: Error {
  let why: String

  /// Whatever depends on the version that starts next.
  static let replaced = Unchecked(why: "the program was replaced by an unknown version: name it with --to")
}
