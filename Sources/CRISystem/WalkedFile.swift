internal import Glibc

/// A file that was found by `PathWalk`'s rules, and the other files in its directory.
///
/// Every operation is relative to the opened directory and follows no symbolic link, so a later change to the path
/// cannot redirect it.
package struct WalkedFile: ~Copyable {
  private let walk: PathWalk

  /// Finds the file, which may not exist.
  /// - Throws: `.foreignLink` or `.foreignStep` if the path is rejected.
  package init(_ path: String) throws(FileError) { walk = try PathWalk(toFile: path) }

  package var name: String { walk.name }
  /// The path without the symbolic links that were followed.
  package var path: String { path(of: name) }
  /// Whether it was a regular file when it was found. This is false for a descriptor of this process.
  package var isRegular: Bool { walk.held == nil && walk.kind == .regular }

  /// Whether it belongs to the caller, or to root.
  package var isOwn: Bool {
    var status = Glibc.stat()
    return fstatat(walk.directory.rawValue, walk.name, &status, AT_SYMLINK_NOFOLLOW) == 0
      && Caller.trusts(status.st_uid) && isRegular
  }

  /// Returns the path of another file in the directory.
  package func path(of name: String) -> String {
    switch walk.directoryPath {
    case ".": name
    case "/": "/\(name)"
    case let directory: "\(directory)/\(name)"
    }
  }

  /// Returns the names in the directory; empty if they cannot be read.
  package func siblings() -> [String] {
    let fd = openat(walk.directory.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { return [] }
    return (try? Directory.names(of: Descriptor(owning: fd))) ?? []
  }

  /// Returns the identity of a file in the directory; nil if it does not exist.
  package func identity(of name: String) -> FileIdentity? {
    var status = Glibc.stat()
    return fstatat(walk.directory.rawValue, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileIdentity(status) : nil
  }

  /// Gives the file another name in its directory, and replaces any file of that name. The corresponding C function is
  /// `renameat`.
  package func move(to name: String) throws(FileError) {
    let (directory, old) = (walk.directory.rawValue, walk.name)
    _ = try File.system { () throws(Errno) in try retrying { renameat(directory, old, directory, name) } }
  }

  /// Creates a hard link to the file in its directory, and replaces a file of that name. The corresponding C function is
  /// `linkat`.
  package func hardLink(as name: String) throws(FileError) {
    let (directory, old, temporary) = (walk.directory.rawValue, walk.name, UniqueName.make())
    _ = try File.system { () throws(Errno) in try retrying { linkat(directory, old, directory, temporary, 0) } }
    // `renameat` does nothing if both are names of one file.
    defer { unlinkat(directory, temporary, 0) }
    _ = try File.system { () throws(Errno) in try retrying { renameat(directory, temporary, directory, name) } }
  }
}
