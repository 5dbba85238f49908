public import CRIRules
public import CRISnapshot

/// The part of the node that the verdict is about, as requested by the user.
public struct Scope: Hashable, Sendable {
  /// Only pods in these namespaces; empty for all namespaces.
  public var namespaces: Set<String>
  /// Only pods with these names (`web`, `default/web`) or UIDs; empty for all pods.
  public var pods: Set<String>
  /// Rules to ignore.
  public var ignoredRules: Set<RuleID>

  /// Creates a scope; the default is the whole node.
  public init(namespaces: Set<String> = [], pods: Set<String> = [], ignoredRules: Set<RuleID> = []) {
    self.namespaces = namespaces
    self.pods = pods
    self.ignoredRules = ignoredRules
  }

  /// Whether the scope contains every pod of the node.
  public var isWhole: Bool { namespaces.isEmpty && pods.isEmpty }

  /// Whether a pod is in the scope.
  public func contains(_ pod: PodName) -> Bool {
    (namespaces.isEmpty || namespaces.contains(pod.namespace))
      && (pods.isEmpty || !pods.isDisjoint(with: [pod.name, "\(pod)", pod.uid]))
  }

  /// The node and the runtime are always in scope; an image may belong to a pod that is out of scope.
  func contains(_ object: ObjectName) -> Bool {
    isWhole || object.pod.map(contains) ?? (object.kind == .node || object.kind == .runtime)
  }

  /// An entry whose pod is unknown may belong to any pod.
  func contains(_ entry: Unchecked) -> Bool {
    isWhole || (entry.object?.pod.map(contains) ?? (entry.subject != .images))
  }
}
