extension Int64Value: ExpressibleByIntegerLiteral {
  /// An integer literal is a message with this value.
  public init(integerLiteral value: Int64) { self.init(value: value) }
}

extension UInt64Value: ExpressibleByIntegerLiteral {
  /// An integer literal is a message with this value.
  public init(integerLiteral value: UInt64) { self.init(value: value) }
}
