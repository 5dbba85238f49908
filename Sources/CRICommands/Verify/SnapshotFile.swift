internal import CRIJSON
internal import CRIState
internal import CRISystem

/// Snapshots in files; `-` is standard input or output.
enum SnapshotFile {
  static func read(_ path: String) throws(Failure) -> Snapshot {
    let bytes: [UInt8]
    do throws(Errno) {
      bytes = path == "-" ? try File.readStandardInput() : try File.read(path)
    } catch {
      throw Failure(.usage, "the snapshot \(path) cannot be read: \(error)")
    }
    do throws(SnapshotError) {
      return try Snapshot(parsing: bytes)
    } catch {
      throw Failure(.usage, "the snapshot \(path) \(error)")
    }
  }

  /// Writes a document that is there whole or not at all, readable by its owner only.
  static func write(_ document: JSON, to path: String) throws {
    let bytes = document.bytes(pretty: true) + [UInt8(ascii: "\n")]
    if path == "-" { return try StandardStream.output.write(bytes) }
    do throws(Errno) {
      try File.writeAtomically(bytes, to: path)
    } catch {
      let rest = error == .noSpace ? "; free some space" : ""
      throw Failure(.failed, "\(path) cannot be written: \(error); what was there is unchanged\(rest)")
    }
  }
}
