/// The name of an image, in the grammar that containerd and CRI-O use (github.com/distribution/reference). Names that
/// differ only in Docker's shorthands are equal.
package struct ImageReference: Hashable, Sendable {
  /// The registry's host with its port. The default is `docker.io`, which also replaces its older name,
  /// `index.docker.io`.
  package let domain: String
  /// The repository without the domain, such as `library/busybox`.
  package let path: String
  package let tag: String?
  /// The digest with its algorithm, such as `sha256:4f2a…`.
  package let digest: String?

  /// - Returns: nil if the text is not a name in this grammar.
  package init?(_ text: some StringProtocol) {
    // The grammar is ASCII. A combining character would also hide the separator before it.
    guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
    var rest = text[...]
    if let at = rest.firstIndex(of: "@") {
      let digest = rest[rest.index(after: at)...]
      guard digest.contains(":"), !digest.contains("@"), !digest.contains("/") else { return nil }
      self.digest = String(digest)
      rest = rest[..<at]
    } else {
      digest = nil
    }
    // If a slash follows, the colon precedes the port of the domain, not a tag.
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      let tag = rest[rest.index(after: colon)...]
      guard !tag.isEmpty else { return nil }
      self.tag = String(tag)
      rest = rest[..<colon]
    } else {
      tag = nil
    }
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: \.isEmpty), !rest.contains("<") else {
      return nil
    }
    let hasDomain = parts.count > 1 && Self.isDomain(parts[0])
    let domain = hasDomain ? String(parts[0]) : "docker.io"
    self.domain = domain == "index.docker.io" ? "docker.io" : domain
    let components = hasDomain ? parts.dropFirst() : parts[...]
    guard !components.contains(where: { $0.contains(":") }) else { return nil }
    let path = components.joined(separator: "/")
    self.path = self.domain == "docker.io" && components.count == 1 ? "library/\(path)" : path
  }

  /// `splitDockerDomain`: a domain contains a dot, a colon or a capital letter, or is `localhost`.
  private static func isDomain(_ part: some StringProtocol) -> Bool {
    part.contains(".") || part.contains(":") || part == "localhost" || part.lowercased() != part
  }

  /// The repository with its domain.
  package var repository: String { "\(domain)/\(path)" }

  /// The name under which containerd stores an image (`ParseDockerRef`): the repository with the digest if there is
  /// one, or else with the tag, which is `latest` by default.
  package var stored: String { digest.map { "\(repository)@\($0)" } ?? "\(repository):\(tag ?? "latest")" }

  /// Returns a string that is the same for all notations of an image's name, digest or ID. Any other string is returned
  /// unchanged.
  package static func plain(_ text: String) -> String {
    var text = text[...]
    // Dockershim's prefixes, which are still present on nodes that were migrated from it.
    for scheme in ["docker-pullable://", "docker://"] where text.hasPrefix(scheme) {
      text = text.dropFirst(scheme.count)
    }
    if text.hasPrefix("sha256:") { return String(text.dropFirst(7)) }
    if text.utf8.count == 64, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) { return String(text) }
    return ImageReference(text)?.stored ?? String(text)
  }
}
