internal import CRICommandLine
internal import CRISnapshot
internal import CRISystem

/// Snapshots in files; `-` is standard input or output.
enum SnapshotFile {
  /// No node has so much to tell, in bytes.
  private static let largest = 256 << 20

  static func read(_ path: String) throws(Failure) -> Snapshot {
    let bytes: [UInt8]
    // Only a timeout that was asked for: the input may come from another node, and take as long as it takes.
    let deadline = Globals.current.timeout.map { ContinuousClock.now + $0 }
    do throws(FileError) {
      bytes =
        path == "-"
        ? try File.readStandardInput(limit: largest, deadline: deadline)
        : try File.readNamed(path, limit: largest, deadline: deadline)
    } catch {
      let remedy = error == .noSuchFile ? "; take one before the change: cri snapshot -o \(path)" : ""
      throw Failure(.usage, "the snapshot \(path) cannot be read: \(error)\(remedy)")
    }
    do throws(SnapshotError) {
      return try Snapshot(parsing: bytes)
    } catch {
      throw Failure(.usage, "the snapshot \(path) \(error)")
    }
  }

  /// Writes a document that is there whole or not at all, readable by its owner only.
  static func write(_ snapshot: Snapshot, to path: String) throws {
    let bytes = snapshot.documentBytes
    if path.isEmpty { throw Failure(.usage, "--output is empty: name a file, or - for standard output") }
    if path == "-" { return try StandardStream.output.write(bytes) }
    do throws(FileError) {
      try File.writeAtomically(bytes, to: path)
    } catch {
      let rest = error == .noSpace ? "; free some space" : ""
      throw Failure(.failed, "\(path) cannot be written: \(error); what was there is unchanged\(rest)")
    }
  }
}
