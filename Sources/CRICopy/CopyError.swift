package import CRISystem

/// The reason why a copy failed.
package enum CopyError: Error, Hashable, Sendable {
  /// A system call failed.
  case system(path: String, Errno)
  /// The path on the node was refused or does not exist.
  case host(path: String, FileError)
  case refused(path: String, Refusal)
  case archive(TarFailure)
  /// The copy was interrupted.
  case cancelled
  /// Standard input cannot be read.
  case input(Errno)
  /// Standard output failed.
  case stream(Errno)
}

/// The reason why something is not copied, although it exists.
package enum Refusal: Hashable, Sendable {
  case directoryOverOther
  case otherOverDirectory
  /// The destination is a device, a FIFO or a socket.
  case destination(FileKind)
  case source(FileKind)
  case missingDirectory
  case notADirectory
  case pseudoFileSystem
  case tooDeep
  /// The file is larger than `CopyLimits.size`.
  case tooLarge
  /// The names in this directory, and the names not yet copied in its parent directories, need more than
  /// `CopyLimits.nameMemory` bytes.
  case tooManyNames
  /// The directory is inside another user's directory, so that user may have put it there.
  case foreignDirectory
  /// The hard link does not point to a file of this copy.
  case foreignHardLink
  /// The ID does not exist in the container's user namespace.
  case unmappedID(UInt32)
}

extension CopyError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .system(let path, .notImplemented): "\(path): the kernel has no openat2, which requires Linux 5.6"
    case .system(let path, .tooManySymbolicLinkLevels):
      "\(path): a symbolic link in the path cannot be followed inside the container"
    case .system(let path, .overflow): "\(path): its mount maps owners (idmapped mount); use --method tar"
    case .system(let path, .stale): "\(path): \(FileError.replacedByOther(path: path))"
    case .system(let path, let error): "\(path): \(error)"
    case .host(let path, let error): "\(path): \(error)"
    case .refused(let path, let reason): "\(path): \(reason)"
    case .archive(let failure): "the tar stream: \(failure)"
    case .cancelled: "the copy was interrupted"
    case .input(let error): "standard input: \(error)"
    case .stream(let error): "\(error)"
    }
  }
}

extension Refusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .directoryOverOther: "a directory cannot replace something that is not a directory; remove it first"
    case .otherOverDirectory: "only a directory can be copied over a directory; remove it first"
    case .destination(let kind):
      "it is \(kind), and cri cp does not write to that; specify a regular file or a directory"
    case .source(let kind): "it is \(kind); only regular files, directories and symbolic links are copied"
    case .missingDirectory: "the directory does not exist; create it first"
    case .notADirectory: "it is not a directory"
    case .pseudoFileSystem: "it is on procfs, sysfs or a similar file system, which is not copied; use cri exec"
    case .tooDeep: "the directories are nested more than \(CopyLimits.depth) levels deep"
    case .tooLarge: "the file has more than 1 EiB (2^60 bytes), so it is not copied"
    case .tooManyNames: "there are too many files in it and in the directories above it; copy them in parts"
    case .foreignDirectory:
      "another user owns the parent directory and may have replaced this directory; remove this directory first"
    case .foreignHardLink: "the hard link does not point to a file in this copy"
    case .unmappedID(let id): "user or group \(id) does not exist in the container's user namespace; omit --archive"
    }
  }
}

/// The limits of a copy, which bound its use of memory and descriptors.
package enum CopyLimits {
  /// Each level of directories takes two descriptors.
  package static let depth = 256
  /// The memory for the names of files that have not been copied yet, in bytes: about 1,500,000 files in one directory.
  package static let nameMemory = 128 << 20
  /// The memory for the paths of files with several names, which are copied as hard links, in bytes. A file beyond this
  /// limit is copied once for each name.
  package static let linkPaths = 32 << 20
  /// The number of written files that are remembered, because a hard link in a tar stream may refer to them.
  package static let writtenFiles = 1 << 20
  /// The largest file in bytes. A hostile container can create sparse files of any size.
  package static let size = 1 << 60
  /// The longest path and the longest target of a symbolic link in bytes (PATH_MAX).
  package static let path = 4096
  /// The longest name in bytes (NAME_MAX).
  package static let name = 255
}
