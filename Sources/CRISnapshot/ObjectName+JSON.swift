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
}
