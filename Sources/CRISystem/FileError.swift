/// The reason why a file was not read or written.
package enum FileError: Error, Hashable, Sendable {
  case system(Errno)
  /// Neither root nor the caller owns the link, so the link's owner would choose the file.
  case foreignLink(path: String, owner: UInt32)
  /// The path leads out of another user's directory to something that the directory's owner does not own.
  case foreignStep(directory: String, owner: UInt32)
  /// The file is not a regular file; any other file can block, or pass the content to another reader.
  case notRegular(path: String, FileKind)
  /// The input from a pipe or a terminal did not end before the deadline.
  case inputTimedOut
  /// Nothing has read from the pipe or terminal for the permitted time.
  case outputTimedOut
  /// The directory has more entries than the limit.
  case tooManyEntries(limit: Int)
  /// Other users can write to the directory, so they could move another directory into it.
  case changeableByOthers(directory: String)
  /// The owner of the directory replaced the file with a different one while it was being written.
  case replacedByOther(path: String)

  package static let noSuchFile = FileError.system(.noSuchFile)
  package static let notADirectory = FileError.system(.notADirectory)
  package static let isADirectory = FileError.system(.isADirectory)
  package static let permissionDenied = FileError.system(.permissionDenied)
  package static let notPermitted = FileError.system(.notPermitted)
  package static let fileTooLarge = FileError.system(.fileTooLarge)
  package static let noSpace = FileError.system(.noSpace)
  package static let noSuchProcess = FileError.system(.noSuchProcess)
  package static let invalid = FileError.system(.invalid)

  package var isNotRegular: Bool { if case .notRegular = self { true } else { false } }

  /// The error of the system call that failed; nil if the path was rejected.
  package var errno: Errno? { if case .system(let errno) = self { errno } else { nil } }
}

extension FileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .system(let errno): "\(errno)"
    case .foreignLink(let path, let owner):
      "\(path) is a symbolic link of user \(owner), which is not followed; specify the file itself"
    case .foreignStep(let directory, let owner):
      "the path goes from \(directory), which belongs to user \(owner), to a file or directory of another user; "
        + "choose a directory that belongs to you"
    case .notRegular(_, let kind): "it is \(kind); specify a regular file"
    case .tooManyEntries(let limit): "the directory has more than \(limit) entries"
    case .inputTimedOut: "the input did not end before the timeout"
    case .outputTimedOut: "nothing read the output before the timeout"
    case .changeableByOthers(let directory):
      "other users can write to \(directory); remove their permission (chmod go-w), or choose another directory"
    case .replacedByOther: "it was replaced while it was written; choose a directory that belongs to you"
    }
  }
}
