internal import CRI
internal import CRISnapshot

/// An image as users specify it: a repository with or without a registry, tag or digest, or the beginning of an ID.
struct ImageName: Hashable, Sendable {
  let text: String
  private let reference: ImageReference?

  init(_ text: String) {
    self.text = text
    reference = ImageReference(text)
  }

  /// The images with this name; if there are none, those whose ID has this prefix.
  func select(_ images: [Image]) -> [Image] {
    // A digest must be one that the runtime lists.
    let named = images.filter { image in image.names.contains { isRepository(of: $0) || hasSameName(as: $0) } }
    return named.isEmpty ? images.filter { isID(of: $0) } : named
  }

  /// Whether this name is only a repository, without a tag or a digest, and is the repository of a complete name.
  private func isRepository(of name: String) -> Bool {
    guard let reference, !reference.isWhole else { return false }
    return ImageReference(name)?.repository == reference.repository
  }

  func isID(of image: Image) -> Bool { Self.bareID(image.id).hasPrefix(Self.bareID(text)) }

  /// Whether this is a spelling of an image's complete name, with its tag or digest.
  func hasSameName(as name: String) -> Bool {
    text == name || reference != nil && reference?.stored == ImageReference(name)?.stored
  }

  private static func bareID(_ id: String) -> Substring {
    id.hasPrefix("sha256:") ? id.dropFirst(7) : id[...]
  }

  /// The name without its tag or digest; the registry's port stays.
  static func repository(of name: String) -> Substring {
    let name = name.prefix { $0 != "@" }
    guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return name }
    return name[..<colon]
  }
}

extension ImageReference {
  /// Whether the name has a tag or a digest.
  fileprivate var isWhole: Bool { tag != nil || digest != nil }
}
