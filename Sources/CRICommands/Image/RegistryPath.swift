/// A registry, and where in it: `docker.io/library/busybox`.
struct RegistryPath: Hashable, Sendable {
  /// The registry's host first.
  let parts: [Substring]

  /// Of an image; Docker's shorthand is spelled out, tag and digest are left away.
  init(image: String) {
    let parts = ImageName.repository(of: image).split(separator: "/")
    guard let first = parts.first else {
      self.parts = []
      return
    }
    let hasRegistry = parts.count > 1 && (first.contains(".") || first.contains(":") || first == "localhost")
    if !hasRegistry {
      self.parts = ["docker.io"] + (parts.count == 1 ? ["library"] : []) + parts
    } else {
      self.parts = [Self.host(first)] + parts.dropFirst()
    }
  }

  /// Of a key in a file of logins: a host, a part of a registry, or Docker's `https://index.docker.io/v1/`.
  init(key: String) {
    var rest = key[...]
    for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
    let isAddress = rest.count < key.count
    var parts = rest.split(separator: "/")
    // An address ends with the version of the interface, which is no part of a name.
    if isAddress || parts.count == 2, let last = parts.last, last == "v1" || last == "v2" { parts.removeLast() }
    if let first = parts.first { parts[0] = Self.host(first) }
    self.parts = parts
  }

  /// Whether another is this one or a part of it.
  func holds(_ other: RegistryPath) -> Bool { !parts.isEmpty && other.parts.starts(with: parts) }

  /// Docker's registry has several names.
  private static func host(_ name: Substring) -> Substring {
    ["index.docker.io", "registry-1.docker.io"].contains(name) ? "docker.io" : name
  }
}
