internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf

/// How a diff calls the document's fields and their values, and which of them change by themselves.
enum FieldWords {
  private static let words: [String: String] = [
    "network.ip": "ip",
    "network.additionalIps": "additional ips",
    "linux.namespaces.options.network": "network mode",
    "metadata.attempt": "attempt",
    "metadata.name": "name",
    "createdAt": "created",
    "startedAt": "started",
    "finishedAt": "finished",
    "exitCode": "exit code",
    "runtimeHandler": "runtime handler",
    "imageRef": "image",
    "imageId": "image id",
    "image.image": "requested image",
    "logPath": "log path",
    "repoTags": "tags",
    "repoDigests": "digests",
    "podSandboxId": "sandbox",
    "facts.pid": "pid",
    "facts.networkNamespace": "network namespace",
    "facts.isNetworkNamespaceClosed": "network namespace closed",
    "facts.isShimSilent": "shim silent",
    "facts.interfaces": "interfaces",
    "facts.runtimeHandler": "runtime handler",
    "bootId": "boot id",
    "machineId": "machine id",
    "daemon.executable": "executable",
    "daemon.pid": "daemon pid",
    "daemon.startTime": "daemon start",
  ]

  private static let maps = [
    ("labels.", "label "), ("annotations.", "annotation "), ("conditions.", ""), ("handlers.", "handler "),
  ]

  private static let times: Set<Substring> = ["createdAt", "startedAt", "finishedAt"]

  /// What the kernel counts for programs on every architecture that Kubernetes runs on (`USER_HZ`).
  private static let ticksPerSecond = 100.0

  /// When it was taken and which process answered: another restart, another value.
  private static let volatile: Set<String> = ["taken", "daemon.socket", "daemon.pid", "daemon.startTime"]

  static func of(_ field: String) -> String {
    if let words = words[field] { return words }
    for (map, word) in maps where field.hasPrefix(map) {
      let rest = field.dropFirst(map.count)
      // That it is there at all.
      if map == "handlers.", rest.hasSuffix(".listed") { return word + rest.dropLast(7) }
      return word + (word.isEmpty && rest.hasSuffix(".status") ? rest.dropLast(7) : rest)
    }
    return field
  }

  /// A value as a person reads it: times as times, states as words, lists without brackets.
  static func value(_ value: JSON, of field: String) -> String {
    let last = field.split(separator: ".").last ?? ""
    switch value {
    case .null: return "none"
    case .bool(let flag): return flag ? "yes" : "no"
    case .number(let text):
      guard field == "daemon.startTime", let ticks = Double(text) else { return text }
      return "\(ticks / ticksPerSecond) s after boot"
    case .string(let text):
      if times.contains(last), let nanoseconds = Int64(text) { return Words.value(Timestamp(nanoseconds: nanoseconds)) }
      if field == "state", let state = PodSandboxState(protoName: text) { return Words.value(state) }
      if field == "state", let state = ContainerState(protoName: text) { return Words.value(state) }
      return Words.value(field.hasPrefix("linux.namespaces.options.") ? text.lowercased() : text)
    case .array(let items):
      let words = items.map(item)
      return words.contains(nil) ? value.text() : Words.value(words.compactMap { $0 })
    case .object(let members): return members.isEmpty ? "none" : value.text()
    }
  }

  /// An element of a list that has a short form: an address, a mount, an interface.
  private static func item(_ item: JSON) -> String? {
    if let text = item.stringValue ?? item["ip"]?.stringValue { return text }
    if let path = item["containerPath"]?.stringValue { return "\(item["hostPath"]?.stringValue ?? "")→\(path)" }
    guard let name = item["name"]?.stringValue, let addresses = item["addresses"]?.arrayValue else { return nil }
    return ([name] + addresses.compactMap(\.stringValue)).joined(separator: " ")
  }

  static func isVolatile(_ field: String) -> Bool { volatile.contains(field) }
}
