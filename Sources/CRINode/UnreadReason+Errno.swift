internal import CRISnapshot
internal import CRISystem

extension UnreadReason {
  /// - Parameter path: where it matters which file it was.
  init(_ error: Errno, _ path: String = "") {
    let place = path.isEmpty ? "" : "\(path): "
    let remedy = error == .permissionDenied || error == .notPermitted ? " (it takes root)" : ""
    self.init(code: error.rawValue, "\(place)\(error)\(remedy)")
  }
}
