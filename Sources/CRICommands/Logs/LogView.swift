internal import CRI
internal import CRICommandLine
internal import CRILogs
internal import CRISystem
internal import CRIText

/// Prints one log, and new records as they are written.
struct LogView {
  let client: Client
  let id: String
  let path: String

  /// How often the runtime is asked whether the container is running, because the log does not show
  /// that it has exited.
  private static let pollInterval = Duration.seconds(1)
  /// The time to wait for the last output of a container that has exited, which the runtime may still be writing.
  private static let drainTime = Duration.milliseconds(100)

  func print(_ selection: LogSelection, _ printer: consuming LinePrinter, isFollowed: Bool) async throws {
    do {
      var log = try ContainerLog(path, selection, isFollowed: isFollowed)
      if isFollowed { try await follow(&log, &printer) } else { try log.read(into: &printer) }
      try log.finish(&printer)
      try reportNotices(log)
    } catch let error as LogError {
      // Records that were already read are printed.
      try? printer.flush()
      throw failure(error)
    }
  }

  private func follow(_ log: inout ContainerLog, _ printer: inout LinePrinter) async throws {
    var lastPoll = ContinuousClock.now
    var isSilent = false
    var interval = Self.pollInterval
    var retries = Backoff(first: Self.pollInterval, limit: .seconds(5))
    var hasWarned = false
    while true {
      try log.follow(into: &printer)
      // Most users who follow a log never reach the end, where the lines are counted.
      if !hasWarned, log.damaged > 0 {
        try printNotice("\(log.path): lines that are not log records are not shown")
        hasWarned = true
      }
      if printer.isFull { return }
      if log.wait(Self.pollInterval, reader: 1) == .readerGone { return }
      guard ContinuousClock.now - lastPoll >= interval else { continue }
      lastPoll = .now
      do throws(RPCError) {
        let status = try await client.runtime.containerStatus(ContainerStatusRequest(containerID: id)).status
        isSilent = false
        interval = Self.pollInterval
        retries.reset()
        if status?.mayWrite == false { break }
      } catch {
        if error.isNotFound { break }
        // A runtime that is restarted keeps its containers running.
        if !isSilent {
          try printNotice("cannot check whether \(id) is still running: \(Failure(error, client.endpoint).message)")
        }
        isSilent = true
        interval = retries.delay()
      }
    }
    // Other writers in the directory must not delay the end.
    for _ in 0..<10 {
      try log.follow(into: &printer)
      if log.wait(Self.drainTime, reader: 1) != .change { break }
    }
    try log.follow(into: &printer)
  }

  /// Reports what was not printed.
  /// - Throws: An error if the log has content but no readable record.
  private func reportNotices(_ log: borrowing ContainerLog) throws {
    let isForeign = log.records == 0 && log.notices.contains { if case .damaged = $0 { true } else { false } }
    if isForeign {
      throw Failure(.failed, "\(log.path) is a log neither in the CRI's format nor in Docker's json-file format")
    }
    let warnings = WarningList()
    for notice in log.notices { try warnings.write(Self.text(notice)) }
    warnings.end()
    if log.records == 0, !log.notices.isEmpty {
      throw Failure(.failed, "the log \(log.path) of container \(id) contains no readable record")
    }
  }

  private static func text(_ notice: LogNotice) -> String {
    switch notice {
    case .damaged(let path, let lines):
      "\(path): "
        + (lines == 1
          ? "1 line is not a log record and is not shown" : "\(lines) lines are not log records and are not shown")
    case .cutShort(let path, let bytes):
      "\(path): the last \(count(bytes)) not a complete record and "
        + (bytes == 1 ? "is not shown" : "are not shown")
    case .hole(let path, let bytes):
      "\(path): the last \(count(bytes)) NUL, as after a power failure; the records there are lost"
    case .unreadable(let path, .fileTooLarge):
      "\(path) and older files are not shown: it expands to more than 1 GiB; use --since instead of --tail"
    case .unreadable(let path, let error): "\(path) and older files are not shown: \(error)"
    case .corrupt(let path, let damage, isShownInPart: false): "\(path) and older files are not shown: \(damage)"
    case .corrupt(let path, let damage, isShownInPart: true): "\(path) may not be shown completely: \(damage)"
    case .leftOut(let path, let bytes):
      "\(path): its first \(bytes) bytes and older files are not shown, because --tail searches only the end of a "
        + "compressed file; use --since"
    }
  }

  private static func count(_ bytes: Int) -> String { bytes == 1 ? "byte is" : "\(bytes) bytes are" }

  private func failure(_ error: LogError) -> any Error {
    switch error {
    case .missing(let path):
      Self.missing(path, link: File.danglingLink(in: path), of: id)
    case .unreadable(let path, .permissionDenied):
      Failure(.forbidden, "no permission to read the log \(path) of container \(id); run as root")
    case .unreadable(let path, let reason): Failure(.failed, "the log \(path) of container \(id): \(reason)")
    case .notAFile(let path):
      Failure(.failed, "the log \(path) of container \(id) is not a regular file")
    case .output(let reason): reason
    }
  }

  private static func missing(_ path: String, link: (path: String, target: String)?, of id: String) -> Failure {
    guard let link else {
      return Failure(
        .notFound,
        "the log \(path) of container \(id) does not exist: it was removed, or is on another node or in another "
          + "container; run cri where the runtime runs")
    }
    return Failure(
      .notFound,
      "the log \(path) of container \(id) cannot be opened: the symbolic link \(link.path) points to \(link.target), which "
        + "does not exist; the target was removed, or its file system is not mounted here")
  }

  private func printNotice(_ text: String) throws {
    try StandardStream.error.write("cri: \(Sanitizer.visible(text))\n")
  }
}
