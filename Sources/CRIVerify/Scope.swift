public import CRIRules
public import CRISnapshot

/// What of a verdict somebody wants to hear of.
public struct Scope: Hashable, Sendable {
  /// Pods in these namespaces alone; empty: in all.
  public var namespaces: Set<String>
  /// Pods of these names (`web`, `default/web`) or uids alone; empty: all.
  public var pods: Set<String>
  /// Rules that do not count.
  public var ignoredRules: Set<RuleID>

  public init(namespaces: Set<String> = [], pods: Set<String> = [], ignoredRules: Set<RuleID> = []) {
    self.namespaces = namespaces
    self.pods = pods
    self.ignoredRules = ignoredRules
  }

  /// Whether it holds every pod of the node.
  public var isWhole: Bool { namespaces.isEmpty && pods.isEmpty }

  public func contains(_ pod: PodName) -> Bool {
    (namespaces.isEmpty || namespaces.contains(pod.namespace))
      && (pods.isEmpty || !pods.isDisjoint(with: [pod.name, "\(pod)", pod.uid]))
  }

  /// Node and runtime are everybody's; an image may be some other pod's.
  func contains(_ object: ObjectName) -> Bool {
    isWhole || object.pod.map(contains) ?? (object.kind == .node || object.kind == .runtime)
  }

  /// An entry whose pod is unknown may belong to any pod.
  func contains(_ entry: Unchecked) -> Bool {
    isWhole || (entry.object?.pod.map(contains) ?? (entry.subject != .images))
  }
}
