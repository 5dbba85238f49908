public import CRISnapshot

/// What CNI answers about the pods' networks when it is asked as a starting CRI-O asks it (CNI specification, `CHECK`).
public struct NetworkCheck: Hashable, Sendable {
  /// Why a pod would lose its address, by the sandbox's ID.
  public var faults: [String: CNIFault]
  /// Why pods are unchecked, each reason once.
  public var unknown: [UnknownReason]

  public init(faults: [String: CNIFault] = [:], unknown: [UnknownReason] = []) {
    self.faults = faults
    self.unknown = unknown
  }
}
