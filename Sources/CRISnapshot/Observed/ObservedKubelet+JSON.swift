internal import CRIJSON

extension ObservedKubelet {
  var json: JSON {
    var object = JSONObject()
    object["processes"] = processes?.json {
      .array($0.map { ["pid": JSON($0.pid), "startTime": JSON($0.startTime)] })
    }
    if let rootDirectory { object["rootDirectory"] = .string(rootDirectory) }
    object["podFolders"] = podDirectories?.json { .array($0.sorted().map { .string($0) }) }
    object["staticPods"] = staticPods?.json { .array($0.map(\.json)) }
    if let nodeName { object["nodeName"] = .string(nodeName) }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      processes: try reader.observation("processes") { (items) throws(SnapshotError) in
        try items.elements { (item) throws(SnapshotError) in
          Instance(pid: try item.number("pid"), startTime: try item.number("startTime"))
        }
      },
      rootDirectory: try reader.optional("rootDirectory", \.stringValue),
      podDirectories: try reader.observation("podFolders") { (items) throws(SnapshotError) in
        Set(try items.elements { (item) throws(SnapshotError) in try item.string() })
      },
      staticPods: try reader.observation("staticPods") { (items) throws(SnapshotError) in
        try items.elements(StaticPod.init)
      },
      nodeName: try reader.optional("nodeName", \.stringValue))
  }
}

extension StaticPod {
  var json: JSON {
    var object: JSONObject = [
      "namespace": .string(namespace), "name": .string(name), "restartPolicy": .string(restartPolicy.rawValue),
    ]
    if !containers.isEmpty { object["containers"] = .array(containers.map(\.json)) }
    if let version { object["version"] = .string(version) }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    let containers = try reader.optionalMember("containers") { (items) throws(SnapshotError) in
      try items.elements(PodSpecification.Container.init)
    }
    self.init(
      namespace: try reader.string("namespace"), name: try reader.string("name"),
      restartPolicy: try reader.restartPolicy(), containers: containers ?? [],
      version: try reader.optional("version", \.stringValue))
  }
}
