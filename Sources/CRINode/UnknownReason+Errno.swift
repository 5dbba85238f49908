package import CRISnapshot
package import CRISystem

extension UnknownReason {
  /// The reason for which a system call failed.
  /// - Parameter path: The file; nil if it does not matter which file it was.
  package init(_ error: Errno, _ path: String? = nil) {
    let code: Code =
      switch error {
      case .permissionDenied, .notPermitted: .permissionDenied
      case .noSuchFile: .missing
      case .timedOut: .timedOut
      default: .systemError
      }
    self.init(code, path: path, errno: error.rawValue, message: "\(error)")
  }

  /// The reason why a file could not be read.
  /// - Parameter path: The file; nil if it does not matter which file it was.
  package init(_ error: FileError, _ path: String? = nil) {
    if let errno = error.errno {
      self.init(errno, path)
    } else {
      self.init(.unusableFile, path: path, message: "\(error)")
    }
  }
}
