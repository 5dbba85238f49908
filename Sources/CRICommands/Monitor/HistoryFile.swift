internal import CRICommandLine
internal import CRIJSON
internal import CRIMonitor
internal import CRISystem

/// The file with the history of the node, in `StateDirectory`.
enum HistoryFile {
  static var path: String { "\(StateDirectory.path)/history.json" }

  /// - Returns: An empty history if there is no file.
  /// - Throws: A failure if the file cannot be read, or is not a history.
  static func read() throws(Failure) -> RestartHistory {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try File.read(path, limit: RestartHistory.maximumSize)
    } catch {
      if error == .noSuchFile { return RestartHistory() }
      throw Failure(.failed, "\(path) cannot be read: \(error)")
    }
    guard let document = try? JSON.parse(bytes), let history = RestartHistory(document) else {
      throw Failure(.failed, "\(path) is not a history of this version of cri; move it away to begin a new one")
    }
    return history
  }

  static func write(_ history: RestartHistory) throws(FileError) {
    try File.writeAtomically(Array((history.json.text() + "\n").utf8), to: path)
  }
}
