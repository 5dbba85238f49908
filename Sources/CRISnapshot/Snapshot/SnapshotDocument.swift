public import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// A snapshot as a JSON document: messages as protobuf's JSON, with every field of the CRI.
extension Snapshot {
  static let kind = "cri-snapshot"

  /// The document for a file or another tool.
  public var json: JSON {
    var document: JSONObject = [
      "kind": .string(Self.kind),
      "schema": JSON(Self.schema),
      "tool": .string(tool),
      "taken": .string("\(taken)"),
      "host": [
        "name": .string(host.name), "machineId": JSON(optional: host.machineID),
        "bootId": JSON(optional: host.bootID),
        "kernel": .string(host.kernel),
      ],
      "daemon": [
        "socket": .string(daemon.socket), "pid": JSON(optional: daemon.pid),
        "startTime": JSON(optional: daemon.startTime), "executable": JSON(optional: daemon.executable),
      ],
      "runtime": [
        "name": .string(runtime.name), "version": .string(runtime.version), "api": .string("\(runtime.api)"),
        "conditions": .array(runtime.conditions.map { $0.json() }),
        "handlers": .array(runtime.handlers.map { $0.json() }), "settings": runtime.settings?.json ?? .null,
        "servesV1alpha2": runtime.servesV1alpha2.map { .bool($0) } ?? .null,
      ],
      "sandboxes": .array(sandboxes.map(\.json)),
      "containers": .array(containers.map(\.json)),
      "images": .array(images.map { $0.json() }),
      "unchecked": .array(unchecked.map(\.json)),
    ]
    document["truth"] = observed?.json
    document["pods"] = pods.map { .array($0.map(\.json)) }
    return .object(document)
  }

  /// The document as pretty-printed text with a final line feed. Each object is encoded separately, because the JSON
  /// tree of a whole document takes several times as much memory as the text.
  package var documentBytes: [UInt8] {
    var withoutObjects = self
    (withoutObjects.sandboxes, withoutObjects.containers, withoutObjects.images) = ([], [], [])
    var writer = JSONWriter(.pretty)
    writer.beginObject()
    for (key, member) in withoutObjects.json.objectValue ?? [:] {
      writer.key(key)
      switch key {
      case "sandboxes": writer.array(sandboxes) { $0.record($1.members, status: $1.status) }
      case "containers": writer.array(containers) { $0.record($1.members, status: $1.status) }
      case "images": writer.array(images) { $1.write(to: &$0) }
      default: writer.value(member)
      }
    }
    writer.endObject()
    writer.newline()
    return writer.bytes
  }

  /// Reads a document and ignores fields that this version does not know.
  /// - Throws: `SnapshotError`, which describes what is wrong with the document.
  public init(parsing bytes: [UInt8]) throws(SnapshotError) {
    guard bytes.contains(where: { $0 > 0x20 }) else { throw .empty }
    let root: JSON
    var limits = JSONLimits(forSnapshotOf: bytes.count)
    do throws(JSONError) {
      root = try JSON.parse(bytes, within: &limits)
    } catch {
      throw limits.memory < 0 ? .tooManyValues(size: bytes.count) : .notJSON(error)
    }
    guard Self.recordMemory(of: root) <= 16 << 20 + 10 * bytes.count else { throw .tooManyValues(size: bytes.count) }
    try self.init(json: root)
  }

  /// Reads a document from parsed JSON.
  public init(json root: JSON) throws(SnapshotError) {
    guard root["kind"]?.stringValue == Self.kind else { throw .notASnapshot }
    guard let schema = root["schema"]?.intValue, schema > 0 else { throw .malformed("schema") }
    guard schema <= Self.schema else { throw .newerSchema(Int(schema), supported: Self.schema) }
    let count = ["sandboxes", "containers", "images", "unchecked", "unread", "notChecked", "pods"].reduce(0) {
      $0 + (root[$1]?.arrayValue?.count ?? 0)
    }
    guard count <= Self.maximumCount else { throw .tooManyObjects(count, limit: Self.maximumCount) }
    let reader = DocumentReader(root)
    let taken = try reader.string("taken")
    guard let time = Timestamp(taken) else { throw .malformed("taken") }
    let (host, daemon, runtime) = (
      try reader.object("host"), try reader.object("daemon"), try reader.object("runtime")
    )
    guard let api = APIVersion(rawValue: try runtime.string("api")) else { throw .malformed("runtime.api") }
    self.init(
      tool: try reader.string("tool"), taken: time,
      host: NodeIdentity(
        name: try host.string("name"), bootID: try host.optional("bootId", \.stringValue),
        machineID: try host.optional("machineId", \.stringValue), kernel: try host.string("kernel")),
      daemon: Daemon(
        socket: try daemon.string("socket"), pid: try daemon.optional("pid", \.pid),
        startTime: try daemon.optional("startTime", \.uintValue),
        executable: try daemon.optional("executable", \.stringValue)),
      runtime: RuntimeFacts(
        name: try runtime.string("name"), version: try runtime.string("version"), api: api,
        conditions: try runtime.messages("conditions"), handlers: try runtime.messages("handlers"),
        settings: try runtime.optionalMember("settings", RuntimeSettings.init),
        servesV1alpha2: try runtime.optional("servesV1alpha2", \.boolValue)),
      sandboxes: try reader.array("sandboxes", SandboxRecord.init),
      containers: try reader.array("containers", ContainerRecord.init),
      images: try reader.messages("images"),
      unchecked: try Self.unchecked(reader, schema: schema),
      observed: try reader.optionalMember("truth", ObservedNode.init))
    pods = try reader.optionalMember("pods") { (items) throws(SnapshotError) in
      try items.elements(PodSpecification.init)
    }
    try checkIDs()
  }

  private static func unchecked(_ reader: DocumentReader, schema: Int64) throws(SnapshotError) -> [Unchecked] {
    if schema > 1 { return try reader.array("unchecked", Unchecked.init) }
    let required = try reader.array("unread") { (item) throws(SnapshotError) in
      try Unchecked(schema1: item, isRequired: true)
    }
    let others = try reader.optionalMember("notChecked") { (items) throws(SnapshotError) in
      try items.elements { (item) throws(SnapshotError) in try Unchecked(schema1: item, isRequired: false) }
    }
    return required + (others ?? [])
  }
}

extension SandboxRecord {
  var json: JSON {
    var members = members
    members["status"] = status.json()
    return .object(members)
  }

  /// The members of the document, with null for the status.
  fileprivate var members: JSONObject {
    var facts: JSONObject = [
      "pid": JSON(optional: facts.pid), "networkNamespace": JSON(optional: facts.networkNamespace),
    ]
    if let isClosed = self.facts.isNetworkNamespaceClosed {
      facts["isNetworkNamespaceClosed"] = .bool(isClosed)
    }
    if let handler = self.facts.runtimeHandler { facts["runtimeHandler"] = .string(handler) }
    if let image = self.facts.pauseImage { facts["pauseImage"] = .string(image) }
    if self.facts.isShimSilent { facts["isShimSilent"] = true }
    facts["interfaces"] = self.facts.interfaces.map { .array($0.map(\.json)) } ?? .null
    var members: JSONObject = ["status": .null, "facts": .object(facts)]
    members["truth"] = observed?.json
    return members
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    let facts = try reader.object("facts")
    let interfaces = try facts.optional("interfaces", \.arrayValue)
    self.init(
      status: try reader.message("status"),
      facts: SandboxFacts(
        pid: try facts.optional("pid", \.pid),
        networkNamespace: try facts.optional("networkNamespace", \.stringValue),
        isNetworkNamespaceClosed: try facts.optional("isNetworkNamespaceClosed", \.boolValue),
        interfaces: interfaces == nil ? nil : try facts.array("interfaces", NetworkInterface.init),
        runtimeHandler: try facts.optional("runtimeHandler", \.stringValue),
        pauseImage: try facts.optional("pauseImage", \.stringValue),
        isShimSilent: try facts.optional("isShimSilent", \.boolValue) ?? false),
      observed: try reader.optionalMember("truth", ObservedSandbox.init))
  }
}

extension NetworkInterface {
  var json: JSON {
    [
      "name": .string(name), "mac": .string(mac), "sandbox": .string(sandbox),
      "addresses": .array(addresses.map { .string($0) }),
    ]
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      name: try reader.string("name"), mac: try reader.string("mac"), sandbox: try reader.string("sandbox"),
      addresses: try reader.strings("addresses"))
  }
}

extension ContainerRecord {
  var json: JSON {
    var members = members
    members["status"] = status.json()
    return .object(members)
  }

  /// The members of the document, with null for the status.
  fileprivate var members: JSONObject {
    var members: JSONObject = ["sandboxId": .string(sandboxID), "pid": JSON(optional: pid), "status": .null]
    members["truth"] = observed?.json
    return members
  }

  init(_ reader: DocumentReader) throws(SnapshotError) {
    self.init(
      status: try reader.message("status"), sandboxID: try reader.string("sandboxId"),
      pid: try reader.optional("pid", \.pid), observed: try reader.optionalMember("truth", ObservedContainer.init))
  }
}

extension JSONWriter {
  fileprivate mutating func array<Element>(_ elements: [Element], _ write: (inout JSONWriter, Element) -> Void) {
    beginArray()
    for element in elements { write(&self, element) }
    endArray()
  }

  /// Writes the members of a record, and encodes its status without building a JSON tree for it.
  fileprivate mutating func record(_ members: JSONObject, status: some CMessage) {
    beginObject()
    for (name, member) in members {
      key(name)
      if name == "status" { status.write(to: &self) } else { value(member) }
    }
    endObject()
  }
}
