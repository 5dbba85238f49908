internal import CRICommandLine
internal import CRISystem

/// The logs that a removed container leaves behind.
enum LeftLogs {
  /// Removes a log and what was rotated away from it; what cannot be removed is told and is no failure of the removal.
  /// - Parameter path: as the runtime tells it, which may run on another node or see other folders.
  static func remove(_ path: String, of container: String) throws {
    guard path.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    let name = path[path.index(after: slash)...]
    guard !name.isEmpty, let names = try? Directory.names(at: folder) else { return }
    for found in names.sorted() where found == name || found.hasPrefix(name + ".") {
      let file = "\(folder)/\(found)"
      // A log may be a device, such as /dev/null.
      guard File.isRegular(file) else { continue }
      do throws(Errno) {
        try File.remove(file)
      } catch {
        guard error != .noSuchFile else { continue }
        let words = "container \(container) is removed, its log \(file) is not: \(error)"
        try StandardStream.error.write(Failure(.failed, words).line)
      }
    }
  }
}
