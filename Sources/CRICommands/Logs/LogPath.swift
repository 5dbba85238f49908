internal import CRI
internal import CRICommandLine

/// The path of a container's log.
enum LogPath {
  /// The file that the runtime reports.
  static func of(_ status: ContainerStatus) throws(Failure) -> String {
    guard !status.logPath.isEmpty else {
      throw Failure(
        .failed,
        "container \(status.id) has no log, because it was created without a log path or its pod without a log "
          + "directory"
      )
    }
    return status.logPath
  }

  /// The file of the previous attempt, according to kubelet's naming scheme: `…/3.log` follows `…/2.log`.
  static func predecessor(of path: String, attempt: UInt32) -> String? {
    let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    guard attempt > 0, path.dropFirst(directory.count) == "\(attempt).log" else { return nil }
    return directory + "\(attempt - 1).log"
  }
}
