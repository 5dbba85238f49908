internal import CRICommandLine
internal import CRIProtobuf

/// Label selectors as they stand after `--label`: `key=value`, or `key` for any value; several with commas between or one
/// after the other.
struct Labels: Sendable {
  /// What the runtime selects by.
  private(set) var selector = StringMap()
  /// What must be there: the interface cannot say it, so that we do.
  private(set) var keys: [String] = []

  init() {}

  init(_ texts: [String]) throws(Failure) {
    for text in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      // Only the first = divides: a value may hold more of them.
      let key = text.prefix { $0 != "=" }
      guard !key.isEmpty else { throw Failure(.usage, "--label \(text): write key=value, or key") }
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
