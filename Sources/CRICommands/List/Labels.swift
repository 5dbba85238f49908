internal import CRIProtobuf

/// Label selectors as they stand after `--label`: `key=value`, several with commas between or one after the other.
enum Labels {
  static func parse(_ texts: [String]) throws(Failure) -> StringMap {
    var labels = StringMap()
    for text in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      // Only the first = divides: a value may hold more of them.
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw Failure(.usage, "--label \(text): write key=value")
      }
      labels[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return labels
  }
}
