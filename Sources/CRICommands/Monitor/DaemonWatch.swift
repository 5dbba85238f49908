internal import CRISnapshot
internal import CRISystem

/// Notices when a runtime's process ends, or when another process replaces its socket.
enum DaemonWatch {
  /// How often a socket is examined if no directory can be watched.
  private static let interval = Duration.milliseconds(500)

  /// Waits until the process has ended or its socket was replaced.
  /// - Returns: Whether the process has ended rather than its socket; nil if the task was cancelled.
  static func wait(for daemon: Daemon) async -> Bool? {
    // A process in a pid namespace that is not visible has no pid here, so only its socket can be watched.
    let process: ProcessWatch?
    do throws(Errno) {
      process = try daemon.pid.map { pid throws(Errno) in try ProcessWatch(pid, startTime: daemon.startTime) }
    } catch {
      if error == .noSuchProcess { return true }
      process = nil
    }
    return await withTaskGroup(of: Bool?.self) { group in
      if let process { group.addTask { await process.wait() ? true : nil } }
      group.addTask { await isReplaced(daemon.socket) ? false : nil }
      defer { group.cancelAll() }
      for await result in group {
        if let result { return result }
      }
      return nil
    }
  }

  /// Waits until another file has the socket's path.
  /// - Returns: false if the task was cancelled.
  private static func isReplaced(_ socket: String) async -> Bool {
    let watch = ReplacementWatch(socket)
    let identity = FileIdentity(of: socket)
    while !Task.isCancelled {
      let isDifferent = await watch?.pause(atMost: .seconds(3600)) ?? true
      // A runtime that stops removes its socket first; its process is about to end.
      if isDifferent, let now = FileIdentity(of: socket), now != identity { return true }
      if isDifferent { await pause(interval) }
    }
    return false
  }
}
