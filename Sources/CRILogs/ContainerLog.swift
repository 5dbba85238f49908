internal import CRIProtobuf
package import CRISystem

/// Reads a container's log: the current file, the rotated files before it, and the files that replace it later.
package struct ContainerLog: ~Copyable {
  /// The maximum number of bytes of compressed files that are kept in memory to find the last lines.
  private static let maximumTail = 32 << 20

  /// A file with a reader that knows how far it has been read.
  private struct Part {
    let file: LogFile
    var reader: RecordReader
  }

  /// The path with all symbolic links resolved, because the rotation happens in the directory of the real file.
  package let path: String
  /// The files still to be read, oldest first. The last one is the current file.
  private var parts: [Part]
  /// The file before the current one; the writer may have written to it until it opened the current one.
  private var previous: Part?
  /// The time at which the log was opened, in nanoseconds since 1970. It stands in for the time of the last record if
  /// there is no record.
  private let openTime = Kernel.now
  /// Nil if the log is not followed, or if no watch could be created; the log is then polled.
  private let watch: DirectoryWatch?

  /// Whether the selection excludes every record.
  private let selectsNothing: Bool

  /// The number of records read so far.
  package private(set) var records = 0
  /// The parts of the log that could not be shown so far.
  package private(set) var notices: [LogNotice] = []

  /// The number of lines that are not records, in the files that are still open.
  package var damaged: Int { parts.reduce(previous?.reader.damaged ?? 0) { $0 + $1.reader.damaged } }

  /// Opens a log and the rotated files that may contain selected lines.
  /// - Parameter isFollowed: Whether the log will be followed; only then does `wait` return early when the log changes.
  /// - Throws: `LogError` if the log itself cannot be opened or read. Unreadable rotated files become notices.
  package init(_ path: String, _ selection: LogSelection, isFollowed: Bool = false) throws(LogError) {
    let path = File.realPath(path) ?? path
    self.path = path
    // The watch must exist before the file is opened, or a rotation in between would go unnoticed.
    watch = isFollowed ? try? DirectoryWatch(Self.directory(of: path)) : nil
    var files = [try LogFile(path)]
    let (search, notices) = try Self.openRotatedFiles(&files, selection)
    self.notices = notices
    // This also excludes an incomplete record at the end.
    selectsNothing = selection.tail == 0 && !isFollowed
    parts = []
    for (number, file) in files.enumerated().reversed() {
      guard let start = search.map({ $0.start(in: number) }) ?? PerStream(0) else { continue }
      parts.append(Part(file: file, reader: RecordReader(from: start)))
    }
  }

  /// Reads all files to their current end.
  package mutating func read(into printer: inout LinePrinter) throws(LogError) {
    while parts.count > 1 {
      try parts[0].reader.read(parts[0].file, into: &printer)
      try close(parts.removeFirst(), endsLine: true, &printer)
    }
    if var part = previous {
      try part.reader.read(part.file, into: &printer)
      previous = part
    }
    // logrotate's copytruncate copies the file and then truncates it.
    if try parts[0].reader.wasTruncated(parts[0].file) { parts[0].reader.restart() }
    try parts[0].reader.read(parts[0].file, into: &printer)
  }

  /// Reads all files to their current end, including those that have been created since, and prints incomplete lines too.
  package mutating func follow(into printer: inout LinePrinter) throws(LogError) {
    try read(into: &printer)
    while let next = try nextFile() {
      if let previous { try close(previous, endsLine: false, &printer) }
      previous = parts[0]
      parts[0] = Part(file: next, reader: RecordReader())
      // The writer finished the old file before it opened the new one, so the old file is complete now.
      try read(into: &printer)
    }
    try printer.flush()
  }

  /// Waits until the log may have changed.
  /// - Parameter time: The maximum time to wait.
  /// - Parameter reader: A descriptor that the log is printed to; the wait ends when its reader closes it.
  package borrowing func wait(_ time: Duration, reader: Int32? = nil) -> DirectoryWatch.WaitResult {
    if let result = try? watch?.wait(timeout: time, reader: reader) { return result }
    // Without a watch, poll often enough for a person who is watching.
    Thread.sleep(min(time, .milliseconds(200)))
    return .timeout
  }

  /// Prints the rest of what has been read, including an incomplete record at the end.
  package mutating func finish(_ printer: inout LinePrinter) throws(LogError) {
    if let previous { try close(previous, endsLine: false, &printer) }
    previous = nil
    while !parts.isEmpty { try close(parts.removeFirst(), endsLine: false, &printer) }
    try printer.flush()
  }

  /// Finishes a file, and adds its counts and notices to those of the log.
  /// - Parameter endsLine: Whether the end of the file also ends an incomplete record.
  private mutating func close(_ part: Part, endsLine: Bool, _ printer: inout LinePrinter) throws(LogError) {
    var part = part
    if !selectsNothing { try part.reader.finish(&printer, endsLine: endsLine) }
    records += part.reader.records
    let (path, remains) = (part.file.path, part.reader.remains)
    if part.reader.damaged > 0 { notices.append(.damaged(path: path, lines: part.reader.damaged)) }
    if remains.record > 0 { notices.append(.cutShort(path: path, bytes: remains.record)) }
    if remains.hole > 0 { notices.append(.hole(path: path, bytes: remains.hole)) }
    // A file that was not read to its end because enough had been printed is not checked.
    if !printer.isFull, let damage = part.file.damage {
      notices.append(.corrupt(path: path, damage, isShownInPart: true))
    }
  }

  // MARK: Rotation

  /// Opens rotated files as long as they may contain selected lines.
  /// - Parameter files: The open files, newest first.
  private static func openRotatedFiles(
    _ files: inout [LogFile], _ selection: LogSelection
  ) throws(LogError) -> (TailSearch?, [LogNotice]) {
    guard selection.includesRotatedFiles else { return (nil, []) }
    var notices: [LogNotice] = []
    var search = selection.tail.map { TailSearch($0, stream: selection.stream) }
    try search?.search(files[0], number: 0)
    var room = maximumTail
    for path in RotatedFiles.paths(of: files[0].path) {
      if let search {
        // Decompressing a file is too expensive just for the beginning of a line.
        if search.isComplete || search.hasEnoughLines && RotatedFiles.isCompressed(path) { break }
      } else if let since = selection.since, let first = try files[files.count - 1].firstTime(),
        first < since.nanoseconds
      {
        break
      }
      do throws(LogError) {
        // The file may have been renamed, compressed or removed since the directory was listed.
        guard let file = try openRotatedFile(path), !files.contains(where: { $0.identity == file.identity }) else {
          continue
        }
        // Older files are left out too, because the output would have a gap.
        if let damage = try file.damageAtStart() {
          notices.append(.corrupt(path: file.path, damage, isShownInPart: false))
          break
        }
        if search != nil { room -= try file.keepTail(room) }
        files.append(file)
      } catch {
        guard case .unreadable(let path, let reason) = error else { continue }
        notices.append(.unreadable(path: path, reason))
        // Older files are left out too, because the output would have a gap.
        break
      }
      let file = files[files.count - 1]
      try search?.search(file, number: files.count - 1)
      if file.start > 0, search?.isComplete == false {
        notices.append(.leftOut(path: file.path, bytes: file.start))
        break
      }
    }
    // Without a record, there is no position at which a reader would begin and count these lines.
    if let search, search.records == 0, search.damaged > 0 {
      notices.append(.damaged(path: files[0].path, lines: search.damaged))
    }
    return (search, notices)
  }

  private static func openRotatedFile(_ path: String) throws(LogError) -> LogFile? {
    for name in [path, path + ".gz"] {
      do throws(LogError) { return try LogFile(name, isRotated: true) } catch {
        guard case .missing = error else { throw error }
      }
    }
    return nil
  }

  /// Returns the file that was created after the current one, or nil if no such file exists yet.
  private func nextFile() throws(LogError) -> LogFile? {
    let current = parts[0]
    // During a rotation, the path may not exist for a moment.
    guard let identity = FileIdentity(of: path), identity != current.file.identity else { return nil }
    guard let newest = try? LogFile(path) else { return try openIfPresent(path) }
    let last = current.reader.lastTime ?? openTime
    var next: LogFile?
    for path in [path] + RotatedFiles.paths(of: path) {
      guard let file = path == newest.path ? newest : try? LogFile(path, isRotated: true) else { continue }
      if file.identity == current.file.identity { break }
      // A compressed copy of the current file has a different identity, but begins with an older record, or with the same
      // one if all of its records have one time.
      guard let first = try file.firstTime() else { continue }
      let isCopy = file.isCompressed ? try current.file.firstTime() == first : false
      if first < last || isCopy { break }
      next = file
    }
    if let next { return next }
    // If the newest file is empty, the writer has not opened it yet. Otherwise the clock was set back.
    return try newest.firstTime() == nil ? nil : newest
  }

  private func openIfPresent(_ path: String) throws(LogError) -> LogFile? {
    do throws(LogError) { return try LogFile(path) } catch {
      if case .missing = error { return nil }
      throw error
    }
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
