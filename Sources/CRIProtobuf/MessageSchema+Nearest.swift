internal import CRIText

extension MessageSchema {
  /// The fields that Kubernetes and crictl's users know by another name, by message.
  private static let synonyms: [String: [String: String]] = [
    "KeyValue": ["name": "key"],
    "ContainerConfig": ["env": "envs", "volumemounts": "mounts", "volumes": "mounts"],
    "Mount": ["mountpath": "container_path", "destination": "container_path", "source": "host_path"],
    "PortMapping": ["port": "container_port"],
    "LinuxPodSandboxConfig": ["namespaces": "security_context.namespace_options"],
  ]

  /// The field that an unknown name most likely means: a synonym, a name with other letters, or a field of this name in a
  /// message below this one, with its path (`linux.security_context.privileged`).
  func nearest(to name: String) -> String? {
    // A longer name is no field's, and comparing it would take time for each of its characters.
    guard name.utf8.count <= 100 else { return nil }
    let plain = Self.plain(name)
    if let synonym = Self.synonyms[shortName]?[plain] { return synonym }
    if let nearest = name.nearest(among: fields.flatMap { [$0.jsonName, $0.name] }) { return nearest }
    return path(to: plain)
  }

  /// Searches the messages level by level. It ends because no message of the CRI contains itself.
  private func path(to plain: String) -> String? {
    var level: [(path: String, schema: MessageSchema)] = [("", self)]
    while !level.isEmpty {
      var next: [(path: String, schema: MessageSchema)] = []
      for (path, schema) in level {
        for field in schema.fields where !field.isRepeated {
          if schema !== self, Self.plain(field.name) == plain { return path + field.name }
          // Containers of a Linux node have no settings for Windows.
          if case .message(let message) = field.kind, field.name != "windows" {
            next.append((path + field.name + ".", message))
          }
        }
      }
      level = next
    }
    return nil
  }

  /// The name without case and underscores.
  private static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }
}
