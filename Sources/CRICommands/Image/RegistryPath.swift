internal import CRISnapshot

/// A registry with a path in it, such as `docker.io/library/busybox`.
struct RegistryPath: Hashable, Sendable {
  /// The components, beginning with the registry's host.
  let parts: [Substring]

  /// The path of an image: the Docker shorthand is expanded, and the tag and digest are dropped.
  init(image: String) {
    guard let reference = ImageReference(image) else {
      parts = []
      return
    }
    parts = [Self.host(reference.domain[...])] + reference.path.split(separator: "/")
  }

  /// The path of a key in a credential file: a host, a part of a registry, or `https://index.docker.io/v1/`, which
  /// Docker uses.
  init(key: String) {
    var rest = key[...]
    for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
    let isAddress = rest.count < key.count
    var parts = rest.split(separator: "/")
    // A URL ends with the version of the API, which is not part of a name.
    if isAddress || parts.count == 2, let last = parts.last, last == "v1" || last == "v2" { parts.removeLast() }
    if let first = parts.first { parts[0] = Self.host(first) }
    self.parts = parts
  }

  /// Whether `other` is this path or below it.
  func holds(_ other: RegistryPath) -> Bool { !parts.isEmpty && other.parts.starts(with: parts) }

  /// The Docker registry has several host names.
  private static func host(_ name: Substring) -> Substring {
    ["index.docker.io", "registry-1.docker.io"].contains(name) ? "docker.io" : name
  }
}
