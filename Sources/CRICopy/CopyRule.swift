package import CRISystem

/// Where the copied object goes, by the rules of `docker cp`.
package enum CopyRule: Hashable, Sendable {
  /// The object at the destination path, with links followed.
  package enum Existing: Hashable, Sendable {
    case nothing
    case directory
    case other(FileKind)
  }

  /// The kind of object to copy.
  package enum Object: Hashable, Sendable {
    /// A directory; with `contentsOnly`, its contents without the directory itself.
    case directory(contentsOnly: Bool)
    /// A regular file or a symbolic link.
    case file
    /// The entries of a tar stream.
    case archive
  }

  /// The contents of the object go into the destination.
  case contents
  /// The object goes into the destination, under its own name.
  case inside
  /// The object is given the name of the destination.
  case renamed

  package static func decide(
    _ object: Object, over existing: Existing, _ path: CopyPath
  ) throws(CopyError) -> CopyRule {
    switch (object, existing) {
    case (.directory(true), .directory), (.archive, .directory): return .contents
    case (_, .directory): return .inside
    case (.archive, .nothing): throw .refused(path: path.text, .missingDirectory)
    case (.archive, _): throw .refused(path: path.text, .notADirectory)
    case (.file, .nothing):
      if path.requiresDirectory { throw .refused(path: path.text, .missingDirectory) }
    case (.directory, .nothing): break
    case (_, .other(.regular)), (_, .other(.symbolicLink)):
      if case .directory = object { throw .refused(path: path.text, .directoryOverOther) }
      if path.requiresDirectory { throw .refused(path: path.text, .notADirectory) }
    case (_, .other(let kind)): throw .refused(path: path.text, .destination(kind))
    }
    if path.copiesContents { throw .refused(path: path.text, .missingDirectory) }
    return .renamed
  }
}
