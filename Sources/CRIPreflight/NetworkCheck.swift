public import CRISnapshot

/// What the CNI plugins report about the pods' networks when they are called in the way that CRI-O calls them at
/// startup (CNI specification, `CHECK`).
public struct NetworkCheck: Hashable, Sendable {
  /// The reason why each pod would lose its address, by the sandbox's ID.
  public var faults: [String: CNIFault]
  /// The reasons why pods are unchecked, without duplicates.
  public var unknown: [UnknownReason]

  /// Creates a value with the given properties.
  public init(faults: [String: CNIFault] = [:], unknown: [UnknownReason] = []) {
    self.faults = faults
    self.unknown = unknown
  }
}
