internal import CRICommandLine
internal import CRISnapshot
internal import CRISystem

/// Snapshot files; `-` is standard input or output.
enum SnapshotFile {
  /// The maximum size in bytes. The snapshot of 10,000 containers takes a third of this.
  private static let maximumSize = 128 << 20

  static func read(_ path: String) throws(Failure) -> Snapshot {
    let bytes: [UInt8]
    // Only a timeout that the user specified applies, because the input may come from another node and take a
    // long time.
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    do throws(FileError) {
      bytes =
        path == "-"
        ? try File.readStandardInput(limit: maximumSize, deadline: deadline)
        : try File.readNamed(path, limit: maximumSize, deadline: deadline)
    } catch {
      let remedy =
        switch error {
        case .noSuchFile: "; take one before the change: cri snapshot -o \(path)"
        case .system(.fileTooLarge): "; a snapshot has at most \(maximumSize >> 20) MiB"
        default: ""
        }
      throw Failure(.usage, "the snapshot \(path) cannot be read: \(error)\(remedy)")
    }
    do throws(SnapshotError) {
      return try Snapshot(parsing: bytes)
    } catch {
      throw Failure(.usage, "the snapshot \(path) cannot be used: \(error)")
    }
  }

  /// Writes a snapshot completely or not at all, readable only by its owner.
  static func write(_ snapshot: Snapshot, to path: String) throws {
    let bytes = snapshot.documentBytes
    // A larger snapshot could not be read again.
    guard bytes.count <= maximumSize else {
      throw Failure(.overLimit, "the snapshot has \(bytes.count) bytes; the limit is \(maximumSize >> 20) MiB")
    }
    if path.isEmpty { throw Failure(.usage, "--output is empty; specify a file, or - for standard output") }
    if path == "-" { return try StandardStream.output.write(bytes) }
    StateDirectory.prepare(for: path)
    do throws(FileError) {
      try File.writeAtomically(bytes, to: path, patience: Globals.current.timeout)
    } catch {
      let rest = error == .noSpace ? "; free some space" : ""
      throw Failure(.failed, "\(path) cannot be written: \(error); its previous content is unchanged\(rest)")
    }
  }
}
