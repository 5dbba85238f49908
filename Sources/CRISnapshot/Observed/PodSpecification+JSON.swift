internal import CRIJSON

extension PodSpecification {
  var json: JSON {
    [
      "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid),
      "owner": JSON(optional: owner), "source": JSON(optional: source),
      "restartPolicy": .string(restartPolicy.rawValue), "containers": .array(containers.map(\.json)),
    ]
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      pod: PodName(
        namespace: try reader.string("namespace"), name: try reader.string("name"), uid: try reader.string("uid")),
      owner: try reader.optional("owner", \.stringValue), source: try reader.optional("source", \.stringValue),
      restartPolicy: try reader.restartPolicy(), containers: try reader.array("containers", Container.init))
  }
}

extension PodSpecification.Container {
  var json: JSON {
    var object: JSONObject = ["name": .string(name), "kind": .string(kind.rawValue)]
    object["restartPolicy"] = restartPolicy.map { .string($0.rawValue) }
    if !restartRules.isEmpty { object["restartPolicyRules"] = .array(restartRules.map(\.json)) }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    guard let kind = Kind(rawValue: try reader.string("kind")) else { throw reader.malformed("kind") }
    self.init(
      try reader.string("name"), kind,
      restartPolicy: reader.root["restartPolicy"] == nil ? nil : try reader.restartPolicy(),
      restartRules: try reader.restartRules())
  }
}

extension DocumentReader {
  func restartPolicy() throws(SnapshotError) -> RestartPolicy {
    guard let policy = RestartPolicy(rawValue: try string("restartPolicy")) else { throw malformed("restartPolicy") }
    return policy
  }

  fileprivate func restartRules() throws(SnapshotError) -> [RestartRule] {
    // An older snapshot only says that there are rules.
    if try optional("hasRestartRules", \.boolValue) == true { return [RestartRule(nil, nil, [])] }
    return (try optional("restartPolicyRules", \.arrayValue) ?? []).map { RestartRule($0) }
  }
}
