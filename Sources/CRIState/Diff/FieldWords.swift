/// How a diff calls the document's fields, and which of them change by themselves.
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
    "facts.interfaces": "interfaces",
    "facts.runtimeHandler": "runtime handler",
    "bootId": "boot id",
    "machineId": "machine id",
    "daemon.executable": "executable",
    "daemon.pid": "daemon pid",
    "daemon.startTime": "daemon start",
  ]

  /// When it was taken and which process answered: another restart, another value.
  private static let volatile: Set<String> = ["taken", "daemon.pid", "daemon.startTime"]

  static func of(_ field: String) -> String {
    if let words = words[field] { return words }
    for (map, word) in [("labels.", "label "), ("annotations.", "annotation ")] where field.hasPrefix(map) {
      return word + field.dropFirst(map.count)
    }
    return field
  }

  static func isVolatile(_ field: String) -> Bool { volatile.contains(field) }
}
