/// An enum of the CRI. It can also hold numbers that this version does not define.
public protocol OpenEnum: RawRepresentable<Int32>, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// Creates a value from its number, which may be unknown.
  init(rawValue: Int32)

  /// The values that this version defines, in the order of their numbers.
  static var knownValues: [KnownValue<Self>] { get }
}

/// A value of an enum that this version defines.
public struct KnownValue<Value: OpenEnum>: Sendable {
  /// The value.
  public let value: Value
  /// The name in Swift, such as `running`.
  public let name: String
  /// The name in the CRI, such as `CONTAINER_RUNNING`.
  public let protoName: String

  /// Creates a named value.
  public init(_ value: Value, _ name: String, protoName: String) {
    self.value = value
    self.name = name
    self.protoName = protoName
  }
}

extension OpenEnum {
  /// The values that this version defines, in the order of their numbers.
  public static var allCases: [Self] { knownValues.map(\.value) }

  /// The name in the CRI, such as `CONTAINER_RUNNING`, or nil if this version does not define the number.
  public var protoName: String? { Self.knownValues.first { $0.value == self }?.protoName }

  /// Creates a value from its name in the CRI, or returns nil if this version does not define the name.
  public init?(protoName: String) {
    guard let known = Self.knownValues.first(where: { $0.protoName == protoName }) else { return nil }
    self = known.value
  }

  /// The name in Swift, such as `running`, or `ContainerState(7)` if this version does not define the number.
  public var description: String {
    Self.knownValues.first { $0.value == self }?.name ?? "\(Self.self)(\(rawValue))"
  }
}
