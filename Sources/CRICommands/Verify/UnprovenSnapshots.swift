internal import CRICommandLine
internal import CRISnapshot
internal import CRISystem
internal import CRIText

/// The snapshots of earlier runs that were not verified as intact. Each may be the only proof of a loss, so no later
/// `guard` replaces one.
enum UnprovenSnapshots {
  /// The maximum number of snapshots that are kept in a directory.
  private static let maximum = 10
  /// The maximum number of files in a directory that are examined.
  private static let maximumExamined = 100

  /// The present time for a file name, such as `20260131T120000Z`.
  static var time: String {
    let seconds = Kernel.now / 1_000_000_000
    return TimeText.rfc3339(nanoseconds: seconds * 1_000_000_000).filter { $0 != "-" && $0 != ":" }
  }

  /// Whether a snapshot of the file is kept under this name: `NAME.TIME`, or `NAME-TIME.json` and `NAME-TIME-2.json` in
  /// `StateDirectory`. Other files may begin like these, such as compressed copies.
  private static func isKept(_ candidate: String, of name: String) -> Bool {
    guard candidate.hasPrefix(name) else { return false }
    let rest = candidate.dropFirst(name.count)
    return keptPatterns.contains { matches(rest, $0) }
  }

  private static let keptPatterns = [
    ".00000000T000000Z", "-00000000T000000Z.json", "-00000000T000000Z-0.json", "-00000000T000000Z-00.json",
  ]

  /// - Parameter pattern: A string in which `0` stands for any digit.
  private static func matches(_ text: Substring, _ pattern: String) -> Bool {
    text.utf8.count == pattern.utf8.count
      && zip(text.utf8, pattern.utf8).allSatisfy { byte, expected in
        expected == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == expected
      }
  }

  /// A name with the present time for a new snapshot in a state directory. If the name is taken, because two runs were
  /// in the same second or the clock was set back, a number is added.
  /// - Returns: nil if there can be no such directory.
  /// - Throws: A usage error if the directory may keep no other snapshot.
  static func newPath(in directory: String) throws(Failure) -> String? {
    let names = (try? Directory.names(at: directory)) ?? []
    let count = names.count { isKept($0, of: "guard-before") }
    try checkRoom(for: count, in: directory, "guard-before-TIME.json")
    let stem = "guard-before-\(time)"
    let name = (1...99).lazy.map { $0 == 1 ? "\(stem).json" : "\(stem)-\($0).json" }.first { !names.contains($0) }
    return name.flatMap { StateDirectory.file($0, in: directory) }
  }

  private static func checkRoom(for count: Int, in directory: String, _ name: String) throws(Failure) {
    guard count >= maximum else { return }
    throw Failure(
      .usage,
      "\(directory) has \(count) snapshots of runs that were not verified as intact (\(name)); check them with "
        + "cri verify --before FILE, and delete those that are no longer needed; the command was not run")
  }

  /// Keeps the file under a name with the time, unless its run was verified as intact.
  /// - Returns: The new path; nil if the file may be replaced.
  static func keep(_ path: String) throws(Failure) -> String? {
    let file: WalkedFile
    do throws(FileError) { file = try WalkedFile(path) } catch {
      throw Failure(.usage, "\(path) cannot be written: \(error); the command was not run")
    }
    guard file.isRegular, !isProven(file) else { return nil }
    let name = file.name
    let count = file.siblings().count { isKept($0, of: name) }
    try checkRoom(for: count, in: "the directory of \(file.path)", "\(name).TIME")
    let kept = "\(file.name).\(time)"
    do throws(FileError) {
      if file.identity(of: kept) != nil { throw .system(.fileExists) }
      try file.move(to: kept)
    } catch {
      throw Failure(
        .usage,
        "\(path) contains the snapshot of a run that was not verified as intact, and it cannot be kept as "
          + "\(file.path(of: kept)): \(error); the command was not run")
    }
    return file.path(of: kept)
  }

  /// The newest snapshot of an unproven run of this boot: one that `guard` has kept, or one of the shell functions.
  /// - Parameter save: The file given with `--save`.
  static func latest(_ save: String?) -> String? {
    let others = StateDirectory.others.map { ["\($0)/before.json", "\($0)/guard-before"] } ?? []
    let own = [save, StateDirectory.file("before.json"), StateDirectory.file("guard-before")].compactMap(\.self)
    let places = own + others
    return (places.flatMap { unproven(of: $0) } + temporary).first { mayBeOfThisBoot($0) }
  }

  /// Whether nothing proves that the node was rebooted after the snapshot. In a unit with `ProcSubset=pid`, the boot ID
  /// is unknown.
  private static func mayBeOfThisBoot(_ path: String) -> Bool {
    guard let snapshot = try? SnapshotFile.read(path) else { return false }
    guard let boot = snapshot.host.bootID, let current = Kernel.bootID else { return true }
    return boot == current
  }

  /// The beginning of the names of snapshots in `temporaryDirectory`.
  static let temporaryPrefix = "cri-before-"
  /// Where a snapshot is kept after a loss if it could not be written to `StateDirectory`.
  static var temporaryDirectory: String {
    Environment.value("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? defaultTemporaryDirectory
  }
  private static let defaultTemporaryDirectory = "/tmp"

  /// The snapshots of this user in the temporary directories. Files of other users, who can write there too, do not
  /// count.
  private static var temporary: [String] {
    // The earlier run may have had another environment.
    let directories = Set([temporaryDirectory, defaultTemporaryDirectory]).sorted()
    let paths = directories.flatMap { directory in
      ((try? Directory.names(at: directory)) ?? []).filter {
        $0.hasPrefix(temporaryPrefix) && $0.hasSuffix(".json")
      }.map { "\(directory)/\($0)" }
    }
    return Array(paths.lazy.filter { (try? WalkedFile($0))?.isOwn == true }.prefix(maximumExamined))
  }

  /// The file itself if it is unproven, and then those that were kept beside it, the newest first: `FILE.TIME`, or
  /// `FILE-TIME.json` for the snapshots in `StateDirectory`.
  private static func unproven(of path: String) -> [String] {
    guard let file = try? WalkedFile(path) else { return [] }
    let name = file.name
    let kept = file.siblings().filter { isKept($0, of: name) }
    // There can be any number of them, because others may write to the directory.
    let newest = kept.sorted(by: >).prefix(maximumExamined).map { file.path(of: $0) }
    return (file.isRegular && !isProven(file) ? [file.path] : []) + newest
  }

  /// A hard link to the file itself, because a mark beside it could belong to an older snapshot.
  private static func proof(_ file: borrowing WalkedFile) -> String { "\(file.name).verified" }

  private static func isProven(_ file: borrowing WalkedFile) -> Bool {
    file.identity(of: file.name).map { $0 == file.identity(of: proof(file)) } ?? false
  }

  /// Records that nothing was lost, so that the next run may replace the file.
  static func prove(_ path: String) {
    guard let file = try? WalkedFile(path), file.isRegular else { return }
    // Without the hard link, the snapshot is kept, which is safe.
    try? file.hardLink(as: proof(file))
  }
}
