internal import CRICommandLine
internal import CRISystem

/// The directory for files that must outlive a command. Only its owner can enter it.
enum StateDirectory {
  /// systemd sets the variable for a unit with `StateDirectory=`; it may list several directories.
  static var path: String {
    Environment.value("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init) ?? "/var/lib/cri"
  }

  /// Creates the directory with mode 0700 if it is missing.
  static func create() throws(FileError) { _ = try PathWalk(toDirectory: path, making: 0o700) }

  /// Checks that no other user can replace the directory or what is stored in it.
  /// - Throws: A usage error if others can change it or a directory above it.
  static func check() throws(Failure) {
    guard var directory = try? FileNode(directory: path) else { return }
    if directory.status.isChangeableByOthers { throw insecure(path, directory.status, mode: "0700") }
    while let parent = try? directory.parent(), parent.status.identity != directory.status.identity {
      if parent.status.isExchangeableByOthers {
        throw insecure(parent.currentPath ?? "a directory above \(path)", parent.status, mode: "0755")
      }
      directory = parent
    }
  }

  private static func insecure(_ path: String, _ status: FileStatus, mode: String) -> Failure {
    Failure(
      .usage,
      "\(path) can be changed by other users (owner \(status.owner), mode \(status.permissionText)), so no snapshot in "
        + "\(Self.path) is safe; chown it to root and chmod it to \(mode); nothing was changed")
  }

  /// Creates the directory if a file is to be written to it, because the documentation uses paths in it. An error is
  /// reported when the file is written.
  static func prepare(for file: String) { if file.hasPrefix(path + "/") { try? create() } }

  /// Returns the path of a file in the directory; nil if there can be no such directory.
  static func file(_ name: String) -> String? { (try? create()) == nil ? nil : "\(path)/\(name)" }
}
