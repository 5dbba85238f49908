extension File {
  private static let maximumLinkCount = 40

  /// If a path does not exist because of a dangling symbolic link, returns the link and the path to which it points, or
  /// nil if no link is dangling. In a chain of links, this is the last link.
  package static func danglingLink(in path: String) -> (path: String, target: String)? {
    var last: (path: String, target: String)?
    var path = path
    for _ in 0..<maximumLinkCount {
      guard let link = firstDanglingLink(in: path) else { return last }
      (last, path) = (link, link.target)
    }
    return last
  }

  private static func firstDanglingLink(in path: String) -> (path: String, target: String)? {
    var parent = path.hasPrefix("/") ? "" : "."
    for component in path.split(separator: "/") {
      let here = "\(parent)/\(component)"
      if (try? exists(here)) == false {
        return linkTarget(here).map { (here, $0.hasPrefix("/") ? $0 : "\(parent)/\($0)") }
      }
      parent = here
    }
    return nil
  }
}
