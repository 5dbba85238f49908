internal import CRIJSON

extension ObservedNode {
  var json: JSON {
    var object = JSONObject()
    object["orphans"] = orphans?.json { .array($0.map(\.json)) }
    object["ociRuntimes"] = ociRuntimes?.json { .array($0.map(\.json)) }
    object["kubelet"] = kubelet?.json
    object["cgroupNamespace"] = cgroupNamespace?.json
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      orphans: try reader.observation("orphans") { (items) throws(SnapshotError) in try items.elements(Orphan.init) },
      ociRuntimes: try reader.observation("ociRuntimes") { (items) throws(SnapshotError) in
        try items.elements(OCIRuntime.init)
      },
      kubelet: try reader.optionalMember("kubelet", ObservedKubelet.init),
      cgroupNamespace: try reader.optionalMember("cgroupNamespace", NamespaceID.init))
  }
}

extension Orphan {
  var json: JSON {
    var object: JSONObject = [
      "kind": .string(kind.rawValue), "id": .string(id), "pid": JSON(pid), "startTime": JSON(startTime),
      "processes": .array(processes.map { JSON($0) }),
    ]
    object["podUID"] = podUID.map { .string($0) }
    object["container"] = container.map { .string($0) }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    guard let kind = Kind(rawValue: try reader.string("kind")) else { throw reader.malformed("kind") }
    self.init(
      kind: kind, id: try reader.string("id"), pid: try reader.number("pid"),
      startTime: try reader.number("startTime"),
      processes: try reader.array("processes") { (item) throws(SnapshotError) in
        guard let pid = item.root.pid else { throw reader.malformed("processes") }
        return pid
      }, podUID: try reader.optional("podUID", \.stringValue),
      container: try reader.optional("container", \.stringValue))
  }
}

extension OCIRuntime {
  var json: JSON {
    var object: JSONObject = [
      "handler": .string(handler), "default": .bool(isDefault), "path": .string(path),
      "version": version.json { .string($0) },
    ]
    object["target"] = target.map { .string($0) }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    let version = try reader.observation("version") { (text) throws(SnapshotError) in try text.string() }
    guard let version else { throw reader.malformed("version") }
    self.init(
      handler: try reader.string("handler"), isDefault: try reader.optional("default", \.boolValue) ?? false,
      path: try reader.string("path"), target: try reader.optional("target", \.stringValue), version: version)
  }
}
