internal import CRI

/// An image as users specify it: a repository with or without registry, tag or digest, or the beginning of an ID.
struct ImageName: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  /// The images with this name; if there are none, those whose ID has this prefix.
  func select(_ images: [Image]) -> [Image] {
    let spellings = spellings
    let named = images.filter { image in
      (image.repoTags + image.repoDigests).contains { name in
        spellings.contains(name) || spellings.contains(String(Self.repository(of: name)))
      }
    }
    return named.isEmpty ? images.filter { isID(of: $0) } : named
  }

  func isID(of image: Image) -> Bool { Self.bareID(image.id).hasPrefix(Self.bareID(text)) }

  /// Whether this is a spelling of an image's complete name, with its tag or digest.
  func isSpelled(_ name: String) -> Bool {
    spellings.contains(name) || spellings.contains { "\($0):latest" == name }
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

  /// The name itself, and as Docker's shorthand.
  private var spellings: [String] {
    let parts = text.split(separator: "/", maxSplits: 1)
    if parts.count < 2 { return [text, "docker.io/library/\(text)"] }
    let hasRegistry = parts[0].contains(".") || parts[0].contains(":") || parts[0] == "localhost"
    return hasRegistry ? [text] : [text, "docker.io/\(text)"]
  }
}
