internal import CRI
internal import CRICommandLine

/// A condition of `--filter`, as in crictl.
enum ImageCondition: Sendable {
  /// Whether the image has no tag.
  case dangling(Bool)
  case reference(Pattern)
  /// Created before the image.
  case before(String)
  /// Created after the image.
  case since(String)

  /// Whether the condition needs the times at which images were created.
  var needsCreationTimes: Bool {
    switch self {
    case .dangling, .reference: false
    case .before, .since: true
    }
  }

  private static let names = ["dangling", "reference", "before", "since"]

  /// Parses one condition, or several that are separated by commas.
  static func parse(_ text: String) throws(Failure) -> [ImageCondition] {
    var texts: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // An expression may contain commas, so only the name of a condition begins a new one.
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
        "--filter \(text): specify dangling=true, dangling=false, reference=REGEX, before=IMAGE or since=IMAGE")
    }
  }

  /// The images in a list that meet the condition.
  /// - Parameters:
  ///   - all: The images among which the named one is looked up.
  ///   - created: When images were created, by ID.
  func select(_ images: [Image], among all: [Image], created: [String: Timestamp]) throws(Failure) -> [Image] {
    switch self {
    case .dangling(let isDangling): return images.filter { $0.repoTags.isEmpty == isDangling }
    case .reference(let pattern):
      return images.filter { image in
        // An expression must not match within a digest.
        let repositories = (image.repoTags + image.repoDigests).map { String(ImageName.repository(of: $0)) }
        return (repositories + image.repoTags).contains { pattern.matches($0) }
      }
    case .before(let name):
      let moment = try Self.moment(of: name, all, created)
      return images.filter { created[$0.id].map { $0 < moment } ?? false }
    case .since(let name):
      let moment = try Self.moment(of: name, all, created)
      return images.filter { created[$0.id].map { $0 > moment } ?? false }
    }
  }

  private static func moment(
    of name: String, _ images: [Image], _ created: [String: Timestamp]
  ) throws(Failure) -> Timestamp {
    guard let image = ImageName(name).select(images).first else {
      throw Failure(.notFound, "image \(name) not found; see cri images")
    }
    guard let moment = created[image.id] else {
      throw Failure(.failed, "image \(name): the runtime does not report when it was created")
    }
    return moment
  }
}
