internal import CRICopy

/// One side of a copy.
enum CopyOperand: Hashable, Sendable {
  /// `-`: a tar stream on standard input or output.
  case stream
  case host(CopyPath)
  case container(String, CopyPath)

  /// Parses an argument as `docker cp` does: a path on the node that contains a colon must begin with `/` or `.`.
  /// - Returns: nil for an empty path or an empty container name.
  init?(_ text: String) {
    if text == "-" {
      self = .stream
      return
    }
    guard let colon = text.firstIndex(of: ":"), !text.hasPrefix("/"), !text.hasPrefix(".") else {
      if text.isEmpty { return nil }
      self = .host(CopyPath(text))
      return
    }
    let path = String(text[text.index(after: colon)...])
    if colon == text.startIndex || path.isEmpty { return nil }
    // A path in a container begins at its root directory.
    self = .container(String(text[..<colon]), CopyPath(path.hasPrefix("/") ? path : "/" + path))
  }
}
