/// A fact that was read, or the reason why it is unknown. An unknown fact is never replaced by an empty one.
public enum Observation<Value: Hashable & Sendable>: Hashable, Sendable {
  case known(Value)
  case unknown(UnknownReason)

  /// The fact; nil if it is unknown.
  public var value: Value? {
    if case .known(let value) = self { value } else { nil }
  }

  /// The reason why the fact is unknown; nil if it is known.
  public var reason: UnknownReason? {
    if case .unknown(let reason) = self { reason } else { nil }
  }

  /// Converts the fact, or keeps the reason.
  public func map<Other>(_ transform: (Value) -> Other) -> Observation<Other> {
    switch self {
    case .known(let value): .known(transform(value))
    case .unknown(let reason): .unknown(reason)
    }
  }

  /// Returns the fact.
  /// - Throws: The reason why it is unknown. Everything that depends on the fact is then reported as unchecked.
  package func get() throws(UnknownReason) -> Value {
    switch self {
    case .known(let value): return value
    case .unknown(let reason): throw reason
    }
  }
}
