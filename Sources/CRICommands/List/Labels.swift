internal import CRICommandLine
internal import CRIProtobuf

/// The label selectors of `--label`: `key=value`, or `key` for any value. Several may be separated by commas, or the
/// option may be repeated.
struct Labels: Sendable {
  /// The labels by which the runtime selects.
  private(set) var selector = StringMap()
  /// The keys that must exist with any value: the CRI has no such filter, so `cri` does the filtering.
  private(set) var keys: [String] = []

  init() {}

  init(_ texts: [String]) throws(Failure) {
    for text in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      // Only the first = separates; a value may contain more of them.
      let key = text.prefix { $0 != "=" }
      guard !key.isEmpty else { throw Failure(.usage, "--label \(text): specify key=value, or key") }
      if key.endIndex == text.endIndex {
        keys.append(String(key))
      } else {
        selector[String(key)] = String(text[text.index(after: key.endIndex)...])
      }
    }
  }

  /// Whether the labels have all keys.
  func match(_ labels: StringMap) -> Bool { keys.allSatisfy { labels[$0] != nil } }
}
