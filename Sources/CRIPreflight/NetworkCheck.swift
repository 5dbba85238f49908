public import CRISnapshot

/// What CNI reports about the pods' networks if it is asked as CRI-O does when it starts (CNI specification, `CHECK`).
public struct NetworkCheck: Hashable, Sendable {
  /// The reason why each pod would lose its address, by the sandbox's ID.
  public var faults: [String: CNIFault]
  /// The reasons why pods are unchecked, without duplicates.
  public var unknown: [UnknownReason]

  /// Creates a value from its properties.
  public init(faults: [String: CNIFault] = [:], unknown: [UnknownReason] = []) {
    self.faults = faults
    self.unknown = unknown
  }
}
