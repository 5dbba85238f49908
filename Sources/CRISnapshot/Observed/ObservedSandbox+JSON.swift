public import CRIJSON

// The document's optional key `observed`. The object has no key for a source that was not read.

extension ObservedSandbox {
  /// The object under `observed` in a snapshot's document.
  public var json: JSON {
    var object = JSONObject()
    object["namespace"] = namespace?.json(\.json)
    object["interfaces"] = interfaces?.json { .array($0.map(\.json)) }
    object["process"] = process?.json(\.json)
    object["cache"] = cache?.json { .array($0.map(\.json)) }
    object["leases"] = leases?.json { .array($0.map(\.json)) }
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      namespace: try reader.observation("namespace", ObservedNamespace.init),
      interfaces: try reader.observation("interfaces") { (items) throws(SnapshotError) in
        try items.elements(ObservedInterface.init)
      },
      process: try reader.observation("process", ObservedProcess.init),
      cache: try reader.observation("cache") { (items) throws(SnapshotError) in
        try items.elements(CNICacheEntry.init)
      },
      leases: try reader.observation("leases") { (items) throws(SnapshotError) in
        try items.elements(HostLocalLease.init)
      })
  }
}

extension ObservedContainer {
  var json: JSON {
    var object = JSONObject()
    object["process"] = process?.json(\.json)
    object["hasLog"] = hasLog?.json { .bool($0) }
    object["exec"] = exec?.json(\.json)
    return .object(object)
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      process: try reader.observation("process", ObservedProcess.init),
      hasLog: try reader.observation("hasLog") { (item) throws(SnapshotError) in
        guard let hasLog = item.root.boolValue else { throw reader.malformed("hasLog") }
        return hasLog
      },
      exec: try reader.observation("exec", ObservedExec.init))
  }
}

extension NamespaceID {
  var json: JSON { ["device": JSON(device), "inode": JSON(inode)] }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(device: try reader.number("device"), inode: try reader.number("inode"))
  }
}

extension ObservedNamespace {
  var json: JSON {
    switch self {
    case .alive(let id): ["state": "alive", "id": id.json]
    case .missing: ["state": "missing"]
    case .notANamespace: ["state": "not a namespace"]
    }
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    switch try reader.string("state") {
    case "alive": self = .alive(try NamespaceID(try reader.object("id")))
    case "missing": self = .missing
    case "not a namespace": self = .notANamespace
    default: throw reader.malformed("state")
    }
  }
}

extension ObservedInterface {
  var json: JSON {
    [
      "name": .string(name), "index": JSON(index), "mac": .string(mac), "up": .bool(isUp),
      "carrier": .bool(hasCarrier), "addresses": .array(addresses.map { .string("\($0)") }),
    ]
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      name: try reader.string("name"), index: try reader.number("index"), mac: try reader.string("mac"),
      isUp: try reader.flag("up"), hasCarrier: try reader.flag("carrier"),
      addresses: try reader.array("addresses") { (item) throws(SnapshotError) in
        guard let address = InterfaceAddress(try item.string()) else { throw reader.malformed("addresses") }
        return address
      })
  }
}

extension InterfaceAddress {
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]) else { return nil }
    self.init(address, prefixLength: length)
  }
}

extension ObservedProcess {
  var json: JSON {
    guard case .there(let facts) = self else { return ["state": "gone"] }
    return [
      "state": .string(facts.state), "pid": JSON(facts.pid), "startTime": JSON(facts.startTime),
      "parent": JSON(facts.parent), "keeper": JSON(optional: facts.shim),
      "cgroup": JSON(optional: facts.cgroup), "networkNamespace": facts.networkNamespace.json(\.json),
    ]
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    let state = try reader.string("state")
    if state == "gone" {
      self = .gone
      return
    }
    guard let namespace = try reader.observation("networkNamespace", NamespaceID.init) else {
      throw reader.malformed("networkNamespace")
    }
    self = .there(
      Facts(
        pid: try reader.number("pid"), startTime: try reader.number("startTime"), state: state,
        parent: try reader.number("parent"), shim: try reader.optional("keeper", \.stringValue),
        cgroup: try reader.optional("cgroup", \.stringValue), networkNamespace: namespace))
  }
}

extension CNICacheEntry {
  var json: JSON {
    [
      "network": .string(network), "interface": .string(interface),
      "addresses": .array(addresses.map { .string($0) }), "ipam": JSON(optional: ipam),
    ]
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      network: try reader.string("network"), interface: try reader.string("interface"),
      addresses: try reader.strings("addresses"),
      ipam: try reader.optional("ipam", \.stringValue))
  }
}

extension HostLocalLease {
  var json: JSON {
    [
      "network": .string(network), "address": .string(address), "owner": .string(owner),
      "interface": .string(interface),
    ]
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      network: try reader.string("network"), address: try reader.string("address"),
      owner: try reader.string("owner"), interface: try reader.string("interface"))
  }
}
