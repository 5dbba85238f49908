internal import CRI

/// Images, indexed by all their names.
struct ImageIndex {
  private var byName: [String: Image] = [:]

  init(_ images: [Image]) {
    for image in images {
      for name in [image.id] + image.repoTags + image.repoDigests { byName[name] = image }
    }
  }

  /// The first tag of the container's image; nil if the image has no tag or was removed.
  func name(of container: Container) -> String? {
    for name in [container.imageID, container.imageRef, container.image?.image ?? ""] {
      if let tag = byName[name]?.repoTags.first { return tag }
    }
    return nil
  }
}
