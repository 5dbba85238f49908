internal import CRIJSON
internal import CRIYAML

/// Reads pods from a YAML or JSON document:
///
///     runtime: {name: containerd, version: 1.6.12}
///     images: ["localhost/busybox:1"]
///     pods:
///     - name: web                 # required; everything else is optional
///       namespace: default
///       uid: 11111111-0000-4000-8000-000000000001
///       attempt: 0
///       state: ready              # or notready
///       hostNetwork: false
///       ips: [10.42.0.29, "fd00:42::1d"]
///       runtimeHandler: ""
///       labels: {app: web}
///       annotations: {}
///       age: 3600                 # seconds
///       containers:
///       - {name: nginx, image: "localhost/busybox:1", state: running, exitCode: 0, restarts: 0}
extension SimulatedNode {
  /// Creates the state from a description.
  /// - Parameter name: The name of the file, for errors.
  package init(description bytes: [UInt8], name: String) throws(SimulatorError) {
    let document: JSON
    do throws(YAMLError) {
      document = try YAML.parse(bytes)
    } catch {
      throw SimulatorError("\(name): \(error)")
    }
    var fields = try Fields(document, name)
    var runtime = try fields.object("runtime")
    self.init(
      runtime: try runtime.text("name") ?? "containerd", version: try runtime.text("version") ?? "2.1.4")
    try runtime.end()
    for image in try fields.texts("images") ?? [] { addImage(image) }
    for var pod in try fields.objects("pods") {
      add(try Self.pod(&pod))
      try pod.end()
    }
    try fields.end()
  }

  private static func pod(_ fields: inout Fields) throws(SimulatorError) -> PodDescription {
    var pod = PodDescription(try fields.required("name"))
    pod.namespace = try fields.text("namespace") ?? pod.namespace
    pod.uid = try fields.text("uid") ?? ""
    pod.attempt = try fields.number("attempt") ?? 0
    pod.isReady = try fields.choice("state", ["ready": true, "notready": false]) ?? true
    pod.isHostNetwork = try fields.choice("hostNetwork", ["true": true, "false": false]) ?? false
    pod.ips = try fields.texts("ips")
    pod.runtimeHandler = try fields.text("runtimeHandler") ?? ""
    pod.labels = try fields.map("labels")
    pod.annotations = try fields.map("annotations")
    pod.age = .seconds(try fields.number("age") ?? Int64(3600))
    for var container in try fields.objects("containers") {
      var description = ContainerDescription(try container.required("name"))
      description.image = try container.text("image") ?? description.image
      let states = ContainerDescription.State.allCases.map { ($0.rawValue, $0) }
      description.state = try container.choice("state", Dictionary(uniqueKeysWithValues: states)) ?? .running
      description.exitCode = try container.number("exitCode") ?? 0
      description.restarts = try container.number("restarts") ?? 0
      try container.end()
      pod.containers.append(description)
    }
    return pod
  }
}

/// The members of an object. Each member is read once; `end` throws an error if one was not read.
private struct Fields {
  private var members: JSONObject
  private let location: String

  init(_ document: JSON, _ location: String) throws(SimulatorError) {
    guard case .object(let members) = document else { throw SimulatorError("\(location): not a mapping") }
    self.members = members
    self.location = location
  }

  private mutating func read(_ key: String) -> JSON? {
    let value = members[key]
    members[key] = nil
    return value?.isNull == true ? nil : value
  }

  private func wrong(_ key: String, _ expected: String) -> SimulatorError {
    SimulatorError("\(location): \(key): expected \(expected)")
  }

  mutating func text(_ key: String) throws(SimulatorError) -> String? {
    guard let value = read(key) else { return nil }
    // Values such as `version: 1.6` and `app: yes` may be written without quotes.
    guard let text = value.unquotedText else { throw wrong(key, "text") }
    return text
  }

  mutating func required(_ key: String) throws(SimulatorError) -> String {
    guard let text = try text(key) else { throw wrong(key, "text") }
    return text
  }

  mutating func number<N: FixedWidthInteger>(_ key: String) throws(SimulatorError) -> N? {
    guard let value = read(key) else { return nil }
    guard let number = value.intValue.flatMap({ N(exactly: $0) }) else { throw wrong(key, "a whole number") }
    return number
  }

  mutating func choice<Value>(_ key: String, _ choices: [String: Value]) throws(SimulatorError) -> Value? {
    guard let text = try text(key) else { return nil }
    guard let value = choices[text.lowercased()] else {
      throw wrong(key, choices.keys.sorted().joined(separator: " or "))
    }
    return value
  }

  mutating func texts(_ key: String) throws(SimulatorError) -> [String]? {
    guard let value = read(key) else { return nil }
    guard let texts = value.arrayValue?.map(\.unquotedText), !texts.contains(nil) else {
      throw wrong(key, "a list of strings")
    }
    return texts.compactMap { $0 }
  }

  mutating func map(_ key: String) throws(SimulatorError) -> [String: String] {
    guard let value = read(key) else { return [:] }
    guard case .object(let object) = value else { throw wrong(key, "a mapping of strings") }
    var map: [String: String] = [:]
    for (name, value) in object {
      guard let text = value.unquotedText else { throw wrong("\(key).\(name)", "text") }
      map[name] = text
    }
    return map
  }

  /// Returns an empty object if the member is missing.
  mutating func object(_ key: String) throws(SimulatorError) -> Fields {
    try Fields(read(key) ?? .object(JSONObject()), "\(location): \(key)")
  }

  mutating func objects(_ key: String) throws(SimulatorError) -> [Fields] {
    guard let value = read(key) else { return [] }
    guard let items = value.arrayValue else { throw wrong(key, "a list") }
    var fields: [Fields] = []
    for (index, item) in items.enumerated() { fields.append(try Fields(item, "\(location): \(key)[\(index)]")) }
    return fields
  }

  func end() throws(SimulatorError) {
    if let key = members.keys.first { throw SimulatorError("\(location): \(key): unknown key") }
  }
}
