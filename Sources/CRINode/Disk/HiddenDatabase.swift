internal import CRISnapshot
internal import CRISystem

/// Finds out whether containerd's database is still the file at its path. If containerd's root directory is moved, or
/// hidden by a mount, the daemon keeps using the open file until it restarts.
enum HiddenDatabase {
  /// The path below the root directory (containerd: `plugins/metadata/plugin.go`).
  private static let (directory, name) = ("io.containerd.metadata.v1.bolt", "meta.db")
  /// What the kernel appends to the path of an open file that was removed (proc_pid_fd(5)).
  private static let deleted = " (deleted)"

  /// - Parameter criRoot: The directory of the CRI plugin, which is in containerd's root directory; nil if it is
  ///   unknown.
  /// - Returns: The path of the database if there is a different file or no file at this path; nil if it is the same
  ///   file, or if the process does not have a database open.
  static func path(
    openedBy pid: Int32?, _ files: NodeFiles, beside criRoot: String? = nil, proc: String = "/proc"
  ) -> Observation<String?> {
    guard let pid else { return .known(nil) }
    let directory = "\(proc)/\(pid)/fd"
    do throws(FileError) {
      for number in try Directory.names(at: directory) {
        guard var target = File.linkTarget("\(directory)/\(number)") else { continue }
        if target.hasSuffix(deleted) { target.removeLast(deleted.count) }
        // The database may have been renamed when another one, such as a backup, took its place.
        let parts = target.split(separator: "/")
        guard let last = parts.last, parts.count > 1, parts[parts.count - 2] == Self.directory,
          let open = FileIdentity(of: "\(directory)/\(number)")
        else { continue }
        let database = expected(beside: criRoot) ?? String(target.dropLast(last.count)) + Self.name
        return .known(files.identity(of: database) == open ? nil : database)
      }
      return .known(nil)
    } catch {
      return .unknown(UnknownReason(error, directory))
    }
  }

  private static func expected(beside criRoot: String?) -> String? {
    guard let parts = criRoot?.split(separator: "/"), parts.last?.hasPrefix("io.containerd.") == true else {
      return nil
    }
    return "/" + (parts.dropLast().map(String.init) + [directory, name]).joined(separator: "/")
  }
}
