package import CRIMessages

extension Image {
  /// Compares the ID, tags and digests; an ID may lack its algorithm, which CRI-O leaves out.
  package func isCalled(_ name: String) -> Bool {
    let algorithm = "sha256:"
    let bare = name.hasPrefix(algorithm) ? String(name.dropFirst(algorithm.count)) : name
    let ownID = id.hasPrefix(algorithm) ? String(id.dropFirst(algorithm.count)) : id
    return ownID == bare || repoTags.contains(name) || repoDigests.contains(name)
      // A name without a tag means the tag `latest`, and one without a registry means Docker's.
      || repoTags.contains { Self.isShort(name, of: $0) }
  }

  private static func isShort(_ name: String, of tag: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    let tagged = last.contains(":") || last.contains("@") ? name : name + ":latest"
    return ["", "docker.io/", "docker.io/library/"].contains { $0 + tagged == tag }
  }
}
