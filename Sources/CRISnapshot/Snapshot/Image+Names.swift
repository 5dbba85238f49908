package import CRIMessages

extension Image {
  /// Whether the text is the image's ID, with or without the hash algorithm (which CRI-O omits), or one of its names in
  /// any notation.
  ///
  /// If a name has a tag and a digest, only the digest is compared, as containerd does (`ParseDockerRef`): an image for which
  /// the runtime lists no digest, such as an imported one, is not found by such a name.
  package func hasName(_ name: String) -> Bool {
    let plain = ImageReference.plain(name)
    let ownID = id.hasPrefix("sha256:") ? String(id.dropFirst(7)) : id
    return ownID == plain || ownID == name || names.contains { $0 == name || ImageReference.plain($0) == plain }
  }

  /// The tags and the digests, as the runtime lists them.
  package var names: [String] { repoTags + repoDigests }
}
