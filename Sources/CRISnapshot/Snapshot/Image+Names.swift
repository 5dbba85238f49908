package import CRIMessages

extension Image {
  /// Whether the text is the image's ID, with or without the hash algorithm (which CRI-O omits), or one of its names in
  /// any notation.
  ///
  /// If a name has a tag and a digest, only the digest is compared. If the runtime lists no digest for the repository,
  /// as for an imported image, the tag is compared.
  package func hasName(_ name: String) -> Bool {
    let plain = ImageReference.plain(name)
    let ownID = id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id
    if ownID == plain || ownID == name || names.contains(where: { $0 == name || ImageReference.plain($0) == plain }) {
      return true
    }
    guard let wanted = ImageReference(name), wanted.digest != nil, let tag = wanted.tag else { return false }
    let hasDigest = repoDigests.contains { ImageReference($0)?.repository == wanted.repository }
    return !hasDigest && repoTags.contains { ImageReference.plain($0) == "\(wanted.repository):\(tag)" }
  }

  /// The tags and the digests, as the runtime lists them.
  package var names: [String] { repoTags + repoDigests }
}
