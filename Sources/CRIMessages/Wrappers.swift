extension Int64Value: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int64) { self.init(value: value) }
}

extension UInt64Value: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt64) { self.init(value: value) }
}
