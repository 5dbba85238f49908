package import CRIJSON

extension ObjectName {
  package var json: JSON {
    var object: JSONObject = ["kind": .string(kind.rawValue)]
    if let pod {
      object["namespace"] = .string(pod.namespace)
      object["pod"] = .string(pod.name)
      object["uid"] = .string(pod.uid)
    }
    if !name.isEmpty { object["name"] = .string(name) }
    if !id.isEmpty { object["id"] = .string(id) }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    guard let kind = Kind(rawValue: try reader.string("kind")) else { throw reader.malformed("kind") }
    var pod: PodName?
    if let name = try reader.optional("pod", \.stringValue) {
      pod = PodName(namespace: try reader.string("namespace"), name: name, uid: try reader.string("uid"))
    }
    self.init(
      kind, pod: pod, name: try reader.optional("name", \.stringValue) ?? "",
      id: try reader.optional("id", \.stringValue) ?? "")
  }
}
