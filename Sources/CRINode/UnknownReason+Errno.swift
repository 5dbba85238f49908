package import CRISnapshot
package import CRISystem

extension UnknownReason {
  /// Creates a reason from the error of a system call.
  /// - Parameter path: The file; nil if the file does not matter.
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

  /// Creates a reason from an error that occurred while a file was being read.
  /// - Parameter path: The file; nil if the file does not matter.
  package init(_ error: FileError, _ path: String? = nil) {
    if let errno = error.errno {
      self.init(errno, path)
    } else {
      self.init(.unusableFile, path: path, message: "\(error)")
    }
  }
}
