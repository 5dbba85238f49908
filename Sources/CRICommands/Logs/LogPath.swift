internal import CRI
internal import CRICommandLine

/// Where a container's log is.
enum LogPath {
  /// The file that the runtime names.
  static func of(_ status: ContainerStatus) throws(Failure) -> String {
    guard !status.logPath.isEmpty else {
      throw Failure(
        .failed,
        "container \(status.id) has no log: it was created without a log path, or its pod without a log directory")
    }
    return status.logPath
  }

  /// The file of the attempt before, as kubelet names them: `…/3.log` follows `…/2.log`.
  static func predecessor(of path: String, attempt: UInt32) -> String? {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    guard attempt > 0, path.dropFirst(folder.count) == "\(attempt).log" else { return nil }
    return folder + "\(attempt - 1).log"
  }
}
