/// An image's names, split into the columns of crictl's tables.
package struct ImageNames: Hashable, Sendable {
  /// A repository and a tag; each pair is a row of the table.
  package struct Tagged: Hashable, Sendable {
    package let repository: String
    package let tag: String

    package init(repository: String, tag: String) {
      self.repository = repository
      self.tag = tag
    }
  }

  /// At least one element; an image without tags has the tag `<none>`.
  package let tagged: [Tagged]
  /// The first digest, or `<none>`.
  package let digest: String

  private static let none = "<none>"

  package init(repoTags: [String], repoDigests: [String]) {
    let (repository, digest) = Self.split(digest: repoDigests.first)
    self.digest = digest
    if repoTags.isEmpty {
      tagged = [Tagged(repository: repository, tag: Self.none)]
    } else {
      tagged = repoTags.map { Self.split(tag: $0, repositoryOfDigest: repository) }
    }
  }

  private static func split(digest: String?) -> (repository: String, digest: String) {
    guard let digest else { return (none, none) }
    let parts = digest.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return ("errorName", "errorRepoDigest") }
    return (String(parts[0]), String(parts[1]))
  }

  private static func split(tag: String, repositoryOfDigest: String) -> Tagged {
    // The last colon separates the tag, because a registry may have a port.
    guard let colon = tag.lastIndex(of: ":") else {
      return Tagged(repository: "errorRepoTag", tag: "errorRepoTag")
    }
    let repository = String(tag[..<colon])
    return Tagged(
      repository: repository == none ? repositoryOfDigest : repository,
      tag: String(tag[tag.index(after: colon)...]))
  }
}
