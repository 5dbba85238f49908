/// The object that a change or a finding is about.
public struct ObjectName: Hashable, Sendable {
  /// The kind of an object.
  public enum Kind: String, Hashable, Sendable { case node, runtime, pod, container, image }

  /// The kind of the object.
  public var kind: Kind
  /// The pod of a pod or container.
  public var pod: PodName?
  /// A container's name or an image's first name; otherwise empty.
  public var name: String
  /// The runtime's ID; empty for the node and the runtime.
  public var id: String

  /// Creates a name.
  public init(_ kind: Kind, pod: PodName? = nil, name: String = "", id: String = "") {
    self.kind = kind
    self.pod = pod
    self.name = name
    self.id = id
  }

  package static func pod(_ record: SandboxRecord) -> ObjectName { ObjectName(.pod, pod: record.pod, id: record.id) }
}

extension ObjectName: CustomStringConvertible {
  /// `kube-system/coredns` for a pod, followed by `/NAME` for a container in it.
  public var description: String {
    switch kind {
    case .node: "node"
    case .runtime: "runtime"
    case .pod: pod.map { "\($0)" } ?? id
    case .container: (pod.map { "\($0)/" } ?? "") + (name.isEmpty ? id : name)
    case .image: "image \(name.isEmpty ? id : name)"
    }
  }
}
