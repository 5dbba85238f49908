internal import CRI

/// Images by all of their names.
struct ImageIndex {
  private var byName: [String: Image] = [:]

  init(_ images: [Image]) {
    for image in images {
      for name in [image.id] + image.repoTags + image.repoDigests { byName[name] = image }
    }
  }

  /// The first tag of the container's image; nil where it has none, or is gone.
  func name(of container: Container) -> String? {
    for name in [container.imageID, container.imageRef, container.image?.image ?? ""] {
      if let tag = byName[name]?.repoTags.first { return tag }
    }
    return nil
  }
}
