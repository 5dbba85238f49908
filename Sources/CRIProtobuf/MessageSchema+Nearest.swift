internal import CRIText

extension MessageSchema {
  /// The fields that users of Kubernetes and crictl know by a different name, grouped by message.
  private static let synonyms: [String: [String: String]] = [
    "KeyValue": ["name": "key"],
    "ContainerConfig": ["env": "envs", "volumemounts": "mounts", "volumes": "mounts"],
    "Mount": ["mountpath": "container_path", "destination": "container_path", "source": "host_path"],
    "PortMapping": ["port": "container_port"],
    "LinuxPodSandboxConfig": ["namespaces": "security_context.namespace_options"],
  ]

  /// The field that an unknown name most likely means: a synonym, a similarly spelled name, or a field with this name
  /// in a nested message, with its path (`linux.security_context.privileged`).
  func nearest(to name: String) -> String? {
    // No field has a longer name, and comparing a long one would take a long time.
    guard name.utf8.count <= 100 else { return nil }
    let normalized = Self.normalized(name)
    if let synonym = Self.synonyms[shortName]?[normalized] { return synonym }
    if let nearest = name.nearest(among: fields.flatMap { [$0.jsonName, $0.name] }) { return nearest }
    return path(to: normalized)
  }

  /// Searches the messages level by level. The search ends, because no message of the CRI contains itself.
  private func path(to normalized: String) -> String? {
    var level: [(path: String, schema: MessageSchema)] = [("", self)]
    while !level.isEmpty {
      var next: [(path: String, schema: MessageSchema)] = []
      for (path, schema) in level {
        for field in schema.fields where !field.isRepeated {
          if schema !== self, Self.normalized(field.name) == normalized { return path + field.name }
          // The containers of a Linux node do not have Windows settings.
          if case .message(let message) = field.kind, field.name != "windows" {
            next.append((path + field.name + ".", message))
          }
        }
      }
      level = next
    }
    return nil
  }

  /// The name in lower case, without underscores.
  private static func normalized(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }
}
