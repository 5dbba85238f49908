internal import CRISnapshot
internal import CRISystem

extension UnreadReason {
  /// - Parameter path: where it matters which file it was.
  init(_ error: Errno, _ path: String = "") {
    let place = path.isEmpty ? "" : "\(path): "
    let remedy = error == .permissionDenied || error == .notPermitted ? " (it takes root)" : ""
    self.init(code: error.rawValue, "\(place)\(error)\(remedy)")
  }

  /// - Parameter path: where it matters which file it was.
  init(_ error: FileError, _ path: String = "") {
    guard let errno = error.errno else {
      self.init("\(error)")
      return
    }
    self.init(errno, path)
  }
}
