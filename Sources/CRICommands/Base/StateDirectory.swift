internal import CRICommandLine
internal import CRISystem

/// The directory for files that must outlive a command. Only its owner can enter it.
enum StateDirectory {
  private static let defaultPath = "/var/lib/cri"

  /// The directory that all runs without `StateDirectory=` use, if this run uses another one.
  static var others: String? { path == defaultPath ? nil : defaultPath }

  /// The same directory, if systemd has given this run a separate one (`StateDirectory=`, always in /var/lib). Files
  /// that the other runs must find are also written there.
  static var common: String? { path.hasPrefix("/var/lib/") ? others : nil }

  /// systemd sets the variable for a unit with `StateDirectory=`; it may list several directories.
  static var path: String {
    let path = Environment.value("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init) ?? defaultPath
    // Every directory on the path is checked, including those above the current one.
    guard !path.hasPrefix("/"), let current = File.linkTarget("/proc/self/cwd") else { return path }
    return "\(current)/\(path)"
  }

  /// Creates the directory with mode 0700 if it is missing.
  /// - Throws: `.changeableByOthers` if other users can write to a directory on the path.
  static func create(_ directory: String = path) throws(FileError) {
    _ = try PathWalk(toDirectory: directory, making: 0o700, isProtected: true)
  }

  /// Checks that no other user can replace the files in the directory.
  /// - Throws: A usage error if other users can write to the directory.
  static func check() throws(Failure) {
    guard let status = try? FileNode(directory: path).status, status.isChangeableByOthers else { return }
    throw Failure(
      .usage,
      "\(path) can be changed by other users (owner \(status.owner), mode \(status.permissionText)), so no snapshot is "
        + "safe there; chown it to root and chmod it to 0700; nothing was changed")
  }

  /// Creates the directory if a file is to be written to it, because the documentation uses paths in it. An error is
  /// reported when the file is written.
  static func prepare(for file: String) { if file.hasPrefix(path + "/") { try? create() } }

  /// Returns the path of a file in the directory; nil if there can be no such directory.
  static func file(_ name: String, in directory: String = path) -> String? {
    (try? create(directory)) == nil ? nil : "\(directory)/\(name)"
  }
}
