internal import CRI
internal import CRICommandLine
internal import CRILogs
internal import CRISystem
internal import CRIText

/// Prints one log, and what is written to it.
struct LogView {
  let client: Client
  let id: String
  let path: String

  /// How often the runtime is asked whether the container runs: no file tells its end.
  private static let pulse = Duration.seconds(1)
  /// What an exited container has written may still be on its way through the runtime.
  private static let drain = Duration.milliseconds(100)

  func print(_ selection: LogSelection, _ printer: consuming LinePrinter, isFollowed: Bool) async throws {
    do {
      var log = try ContainerLog(path, selection, isFollowed: isFollowed)
      if isFollowed { try await follow(&log, &printer) } else { try log.read(into: &printer) }
      try log.finish(&printer)
      try tell(log)
    } catch let error as LogError {
      // What was gathered before is shown.
      try? printer.flush()
      throw failure(error)
    }
  }

  private func follow(_ log: inout ContainerLog, _ printer: inout LinePrinter) async throws {
    var asked = ContinuousClock.now
    var isSilent = false
    while true {
      try log.follow(into: &printer)
      if printer.isFull { return }
      if log.wait(Self.pulse, reader: 1) == .readerGone { return }
      guard ContinuousClock.now - asked >= Self.pulse else { continue }
      asked = .now
      do throws(RPCError) {
        let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
        isSilent = false
        if status?.mayWrite == false { break }
      } catch {
        if error.isNotFound { break }
        // A runtime that is restarted leaves its containers running.
        if !isSilent { try say("is \(id) still running? \(Failure(error, client.endpoint).message)") }
        isSilent = true
      }
    }
    // A folder that others write to must not keep us.
    for _ in 0..<10 {
      try log.follow(into: &printer)
      if log.wait(Self.drain, reader: 1) != .change { break }
    }
    try log.follow(into: &printer)
  }

  private func tell(_ log: borrowing ContainerLog) throws {
    var damaged = 0
    for notice in log.notices {
      switch notice {
      case .damaged(let path, let lines):
        damaged += lines
        if log.records > 0 {
          try say("\(path): \(lines == 1 ? "1 line is" : "\(lines) lines are") no record of a log and not shown")
        }
      case .unreadable(let path, let error): try say("\(path) is not shown, nor what is older: \(reason(error))")
      }
    }
    if log.records == 0, damaged > 0 {
      throw Failure(.failed, "\(log.path) is a log neither in the CRI's format nor in Docker's json-file format")
    }
  }

  private func reason(_ error: Errno) -> String {
    error == .invalid ? "its compressed data is damaged" : "\(error)"
  }

  private func failure(_ error: LogError) -> any Error {
    switch error {
    case .missing(let path):
      Failure(
        .notFound,
        "the log \(path) of container \(id) is not there: removed, or in the file system of another node or container; "
          + "run cri where the runtime runs")
    case .unreadable(let path, .permissionDenied):
      Failure(.forbidden, "the log \(path) of container \(id) may not be read; run as root")
    case .unreadable(let path, let reason): Failure(.failed, "the log \(path) of container \(id): \(reason)")
    case .notAFile(let path):
      Failure(.failed, "the log \(path) of container \(id) is no regular file: something else was put in its place")
    case .output(let reason): reason
    }
  }

  private func say(_ words: String) throws { try StandardStream.error.write("cri: \(Sanitizer.visible(words))\n") }
}
