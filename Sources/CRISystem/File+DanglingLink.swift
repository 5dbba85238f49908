extension File {
  private static let mostLinks = 40

  /// The symbolic link that is the reason why a path does not exist, with the path that it leads to; nil if no link is the
  /// reason. If the link leads to another link, it is the last one.
  package static func danglingLink(in path: String) -> (path: String, target: String)? {
    var last: (path: String, target: String)?
    var path = path
    for _ in 0..<mostLinks {
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
