/// What CNI says of the pods' networks if it is asked as a CRI-O that starts asks it (CNI specification, `CHECK`).
public struct NetworkCheck: Hashable, Sendable {
  /// Why a pod would lose its address, by the sandbox's id.
  public var faults: [String: String]
  /// Why it was not asked of all pods, each reason once.
  public var unread: [String]

  public init(faults: [String: String] = [:], unread: [String] = []) {
    self.faults = faults
    self.unread = unread
  }
}
