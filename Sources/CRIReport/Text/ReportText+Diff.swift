internal import CRIJSON
internal import CRIMessages
internal import CRIProtobuf
package import CRISnapshot

extension ReportText {
  /// A change without its object: `ip 10.42.0.3 → none`.
  package func change(_ change: Change) -> String {
    let (before, after) = (
      Self.value(change.before, of: change.field), Self.value(change.after, of: change.field)
    )
    return switch change.kind {
    case .added: worded("added")
    case .removed: worded("removed")
    case .changed: worded("\(Self.name(ofField: change.field)) \(before) → \(after)")
    }
  }

  private static let names: [String: String] = [
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

  /// The kernel's time unit on every architecture that Kubernetes supports (`USER_HZ`).
  private static let ticksPerSecond = 100.0

  private static func name(ofField field: String) -> String {
    if let name = names[field] { return name }
    for (map, name) in maps where field.hasPrefix(map) {
      let rest = field.dropFirst(map.count)
      // The field that indicates that the handler exists.
      if map == "handlers.", rest.hasSuffix(".listed") { return name + rest.dropLast(7) }
      return name + (name.isEmpty && rest.hasSuffix(".status") ? rest.dropLast(7) : rest)
    }
    return field
  }

  /// Formats a document's value for people: times, states, and lists without brackets.
  private static func value(_ value: JSON, of field: String) -> String {
    let last = field.split(separator: ".").last ?? ""
    switch value {
    case .null: return "none"
    case .bool(let flag): return flag ? "yes" : "no"
    case .number(let text):
      guard field == "daemon.startTime", let ticks = Double(text) else { return text }
      return "\(ticks / ticksPerSecond) s after boot"
    case .string(let text):
      if times.contains(last), let nanoseconds = Int64(text) {
        return Self.text(of: Timestamp(nanoseconds: nanoseconds).findingValue)
      }
      if field == "state", let state = PodSandboxState(protoName: text) { return name(of: state) }
      if field == "state", let state = ContainerState(protoName: text) { return name(of: state) }
      let isMode = field.hasPrefix("linux.namespaces.options.")
      return text.isEmpty ? "none" : isMode ? text.lowercased() : text
    case .array(let items):
      let texts = items.map(item)
      return texts.contains(nil) ? value.text() : list(texts.compactMap { $0 })
    case .object(let members): return members.isEmpty ? "none" : value.text()
    }
  }

  /// Formats an element of a list that has a short form: an address, a mount, an interface.
  private static func item(_ item: JSON) -> String? {
    if let text = item.stringValue ?? item["ip"]?.stringValue { return text }
    if let path = item["containerPath"]?.stringValue { return "\(item["hostPath"]?.stringValue ?? "")→\(path)" }
    guard let name = item["name"]?.stringValue, let addresses = item["addresses"]?.arrayValue else { return nil }
    return ([name] + addresses.compactMap(\.stringValue)).joined(separator: " ")
  }
}
