/// An enum of the interface, open to numbers that this version does not know.
public protocol OpenEnum: RawRepresentable<Int32>, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  init(rawValue: Int32)

  /// What this version knows, by number.
  static var knownValues: [KnownValue<Self>] { get }
}

/// A number of an enum that has a name.
public struct KnownValue<Value: OpenEnum>: Sendable {
  public let value: Value
  /// The name in Swift: `running`.
  public let name: String
  /// The name in the interface: `CONTAINER_RUNNING`.
  public let protoName: String

  public init(_ value: Value, _ name: String, protoName: String) {
    self.value = value
    self.name = name
    self.protoName = protoName
  }
}

extension OpenEnum {
  public static var allCases: [Self] { knownValues.map(\.value) }

  /// The name in the interface, such as `CONTAINER_RUNNING`; nil for a number that this version does not know.
  public var protoName: String? { Self.knownValues.first { $0.value == self }?.protoName }

  public init?(protoName: String) {
    guard let known = Self.knownValues.first(where: { $0.protoName == protoName }) else { return nil }
    self = known.value
  }

  /// `running`, or `ContainerState(7)` for a number that this version does not know.
  public var description: String {
    Self.knownValues.first { $0.value == self }?.name ?? "\(Self.self)(\(rawValue))"
  }
}
