internal import CRI
internal import CRIRendering

/// A condition of `--filter`, as crictl has them.
enum ImageCondition: Sendable {
  /// Whether there is no tag.
  case dangling(Bool)
  case reference(Pattern)
  /// What the list has after the image: the interface says nothing of an image's age.
  case before(String)
  /// What the list has before the image.
  case since(String)

  private static let names = ["dangling", "reference", "before", "since"]

  /// One condition, or several with commas between them.
  static func parse(_ text: String) throws(Failure) -> [ImageCondition] {
    var texts: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // An expression may hold commas too: only a new condition ends it.
      let isNew = names.contains { part.hasPrefix($0 + "=") }
      if isNew || texts.isEmpty { texts.append(String(part)) } else { texts[texts.count - 1] += ",\(part)" }
    }
    var conditions: [ImageCondition] = []
    for text in texts { conditions.append(try ImageCondition(text)) }
    return conditions
  }

  private init(_ text: String) throws(Failure) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count > 1 ? parts[1] : "") {
    case ("dangling", "true"): self = .dangling(true)
    case ("dangling", "false"): self = .dangling(false)
    case ("reference", let value) where !value.isEmpty:
      do throws(PatternError) {
        self = .reference(try Pattern(value))
      } catch {
        throw Failure(.usage, "--filter \(text): \(error.reason)")
      }
    case ("before", let value) where !value.isEmpty: self = .before(value)
    case ("since", let value) where !value.isEmpty: self = .since(value)
    default:
      throw Failure(
        .usage,
        "--filter \(text): write dangling=true, dangling=false, reference=REGEX, before=IMAGE or since=IMAGE")
    }
  }

  /// Those of a sorted list for which it holds.
  func select(_ images: [Image]) throws(Failure) -> [Image] {
    switch self {
    case .dangling(let isDangling): return images.filter { $0.repoTags.isEmpty == isDangling }
    case .reference(let pattern):
      return images.filter { image in
        (image.repoTags + image.repoDigests).contains {
          pattern.matches(String(ImageName.repository(of: $0))) || pattern.matches($0)
        }
      }
    case .before(let name): return Array(images[(try position(of: name, in: images) + 1)...])
    case .since(let name): return Array(images[..<(try position(of: name, in: images))])
    }
  }

  private func position(of name: String, in images: [Image]) throws(Failure) -> Int {
    let found = ImageName(name).select(images)
    guard let first = found.first, let position = images.firstIndex(where: { $0.id == first.id }) else {
      throw Failure(.failed, "image \(name) not found; see cri images")
    }
    return position
  }
}
