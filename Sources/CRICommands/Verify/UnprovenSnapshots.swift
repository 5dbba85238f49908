internal import CRICommandLine
internal import CRISnapshot
internal import CRISystem
internal import CRIText

/// The snapshots of earlier runs that were not verified as intact. Each may be the only proof of a loss, so no later
/// `guard` replaces one.
enum UnprovenSnapshots {
  /// The number that is kept in a directory.
  private static let maximum = 10

  /// The present time for a file name, such as `20260131T120000Z`.
  static var time: String {
    let seconds = Kernel.now / 1_000_000_000
    return TimeText.rfc3339(nanoseconds: seconds * 1_000_000_000).filter { $0 != "-" && $0 != ":" }
  }

  /// - Parameter prefix: The beginning of the names of the snapshots that are kept in the directory.
  /// - Throws: A usage error if no other snapshot may be kept.
  static func checkRoom(in directory: String, _ prefix: String) throws(Failure) {
    let count = ((try? Directory.names(at: directory)) ?? []).count { $0.hasPrefix(prefix) }
    guard count >= maximum else { return }
    throw Failure(
      .usage,
      "\(directory) has \(count) snapshots of runs that were not verified as intact (\(prefix)*); check them with "
        + "cri verify --before FILE, and delete those that are no longer needed; the command was not run")
  }

  /// Keeps the file under a name with the time, unless its run was verified as intact.
  /// - Returns: The new path; nil if the file may be replaced.
  static func keep(_ file: String) throws(Failure) -> String? {
    let path = File.realPath(file) ?? file
    guard File.isRegular(path), !isProven(path) else { return nil }
    let name = String(path.split(separator: "/").last ?? "")
    let directory = String(path.dropLast(name.count))
    try checkRoom(in: directory.isEmpty ? "." : directory, "\(name).2")
    let kept = "\(name).\(time)"
    do throws(FileError) {
      if try File.exists("\(directory)\(kept)") { throw .system(.fileExists) }
      try File.moveWithinDirectory(path, to: kept)
    } catch {
      throw Failure(
        .usage,
        "\(file) contains the snapshot of a run that was not verified as intact, and it cannot be kept as "
          + "\(directory)\(kept): \(error); the command was not run")
    }
    return "\(directory)\(kept)"
  }

  /// The newest snapshot that an earlier `guard` of this boot has kept, if any.
  /// - Parameter save: The file of --save; nil for the snapshots in `StateDirectory`.
  static func latest(_ save: String?) -> String? {
    let path = save.map { File.realPath($0) ?? $0 } ?? "\(StateDirectory.path)/guard-before"
    let name = String(path.split(separator: "/").last ?? "")
    let directory = String(path.dropLast(name.count))
    let prefix = save == nil ? "\(name)-2" : "\(name).2"
    let kept = ((try? Directory.names(at: directory.isEmpty ? "." : directory)) ?? []).filter { $0.hasPrefix(prefix) }
    let isUnproven = save != nil && File.isRegular(path) && !isProven(path)
    guard let latest = isUnproven ? path : kept.max().map({ "\(directory)\($0)" }) else { return nil }
    guard let boot = (try? SnapshotFile.read(latest))?.host.bootID, boot == Kernel.bootID else { return nil }
    return latest
  }

  /// A hard link to the file itself, because a mark beside it could belong to an older snapshot.
  private static func proof(_ path: String) -> String { "\(path).verified" }

  private static func isProven(_ path: String) -> Bool {
    FileIdentity(of: path).map { $0 == FileIdentity(of: proof(path)) } ?? false
  }

  /// Records that nothing was lost, so that the next run may replace the file.
  static func prove(_ file: String) {
    let path = File.realPath(file) ?? file
    guard File.isRegular(path), let name = proof(path).split(separator: "/").last else { return }
    // Without the hard link, the snapshot is kept, which is safe.
    try? File.linkWithinDirectory(path, as: String(name))
  }
}
