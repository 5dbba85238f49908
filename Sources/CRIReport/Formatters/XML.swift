internal import CRIText

/// Writes XML and HTML.
enum XML {
  /// An element on separate lines.
  /// - Parameter body: The lines of its text.
  static func element(
    _ name: String, _ attributes: [(String, String)], body: [String], indent: Int = 6
  ) -> String {
    let head = String(repeating: " ", count: indent) + "<\(name)\(self.attributes(attributes))"
    guard !body.isEmpty else { return head + "/>\n" }
    return head + ">" + body.map(escaped).joined(separator: "\n") + "</\(name)>\n"
  }

  static func attributes(_ list: [(String, String)]) -> String {
    list.map { " \($0)=\"\(escaped($1))\"" }.joined()
  }

  /// XML 1.0, section 2.2: control characters and non-characters are not allowed, not even as references.
  static func escaped(_ text: String) -> String {
    let visible = Sanitizer.visible(text)
    if !visible.utf8.contains(where: { [0x22, 0x26, 0x3C, 0x3E].contains($0) }) { return visible }
    return visible.escaped { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: nil
      }
    }
  }
}
