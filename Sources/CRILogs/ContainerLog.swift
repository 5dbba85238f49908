internal import CRIProtobuf
package import CRISystem

/// A container's log: its file, the files that it was moved to before, and those that follow.
package struct ContainerLog: ~Copyable {
  /// A file, and how far it is read.
  private struct Part {
    let file: LogFile
    var reader: RecordReader
  }

  /// Without symbolic links: that is where files are renamed and made.
  package let path: String
  /// Oldest first; the last is the one that is written to.
  private var parts: [Part]
  /// The one before, to which a writer may have written until it took the new one.
  private var retired: Part?
  /// Where nothing was read yet: when it was opened, in nanoseconds since 1970.
  private let opened = Kernel.now
  /// nil where the kernel has none left: then the follower looks again and again.
  private let watch: FolderWatch?

  /// Nothing is wanted.
  private let isEmpty: Bool

  /// How many records were found.
  package private(set) var records = 0
  /// What is not shown.
  package private(set) var notices: [LogNotice] = []

  /// Opens a log, and the rotated files that the selection reaches back to.
  /// - Parameter isFollowed: it will be waited for.
  package init(_ path: String, _ selection: LogSelection, isFollowed: Bool = false) throws(LogError) {
    let path = File.realPath(path) ?? path
    self.path = path
    // Before the file is opened, so that no rotation goes unseen.
    watch = isFollowed ? try? FolderWatch(Self.folder(of: path)) : nil
    var files = [try LogFile(path)]
    let (search, notices) = try Self.reachBack(&files, selection)
    self.notices = notices
    // Not even a record that is being written.
    isEmpty = selection.tail == 0 && !isFollowed
    parts = []
    for (number, file) in files.enumerated().reversed() {
      guard let start = search.map({ $0.start(in: number) }) ?? PerStream(0) else { continue }
      parts.append(Part(file: file, reader: RecordReader(from: start)))
    }
  }

  /// Reads all that is there now.
  package mutating func read(into printer: inout LinePrinter) throws(LogError) {
    while parts.count > 1 {
      try parts[0].reader.read(parts[0].file, into: &printer)
      try leave(parts.removeFirst(), endsLine: true, &printer)
    }
    if var part = retired {
      try part.reader.read(part.file, into: &printer)
      retired = part
    }
    // Copied away and emptied, as logrotate's copytruncate does.
    if try parts[0].reader.isReplaced(parts[0].file) { parts[0].reader.restart() }
    try parts[0].reader.read(parts[0].file, into: &printer)
  }

  /// Reads all that is there now, through every file that has come to be since; prints what a line has so far.
  package mutating func follow(into printer: inout LinePrinter) throws(LogError) {
    try read(into: &printer)
    while let next = try successor() {
      if let old = retired { try leave(old, endsLine: false, &printer) }
      retired = parts[0]
      parts[0] = Part(file: next, reader: RecordReader())
      // Its writer took the new one after its last words to the old one: those are there by now, and read first.
      try read(into: &printer)
    }
    try printer.flush()
  }

  /// Waits until something may have been written.
  /// - Parameter reader: a descriptor that is printed to.
  package borrowing func wait(_ time: Duration, reader: Int32? = nil) -> FolderWatch.Waking {
    if let waking = try? watch?.wait(timeout: time, reader: reader) { return waking }
    // Without a watch it is a timer, often enough for a person.
    Thread.sleep(min(time, .milliseconds(200)))
    return .timeout
  }

  /// Prints what is left, the end of a record that is still to come not awaited.
  package mutating func finish(_ printer: inout LinePrinter) throws(LogError) {
    if let old = retired { try leave(old, endsLine: false, &printer) }
    retired = nil
    while !parts.isEmpty { try leave(parts.removeFirst(), endsLine: false, &printer) }
    try printer.flush()
  }

  /// - Parameter endsLine: whether a record that was cut by the file's end is a line's end.
  private mutating func leave(_ part: Part, endsLine: Bool, _ printer: inout LinePrinter) throws(LogError) {
    var part = part
    if !isEmpty { try part.reader.finish(&printer, endsLine: endsLine) }
    records += part.reader.records
    if part.reader.damaged > 0 { notices.append(.damaged(path: part.file.path, lines: part.reader.damaged)) }
  }

  // MARK: Rotation

  /// Opens rotated files as long as older lines may be wanted.
  /// - Parameter files: newest first.
  private static func reachBack(
    _ files: inout [LogFile], _ selection: LogSelection
  ) throws(LogError) -> (TailSearch?, [LogNotice]) {
    guard selection.reachesBack else { return (nil, []) }
    var notices: [LogNotice] = []
    var search = selection.tail.map { TailSearch($0, stream: selection.stream) }
    try search?.search(files[0], number: 0)
    for path in RotatedFiles.of(files[0].path) {
      if let search {
        // For the beginning of a line in fragments, a file is not expanded.
        if search.isDone || search.isSatisfied && RotatedFiles.isCompressed(path) { break }
      } else if let since = selection.since, let first = try files[files.count - 1].firstTime(),
        first < since.nanoseconds
      {
        break
      }
      do throws(LogError) {
        // Renamed, compressed or removed since the folder was read.
        guard let file = try older(path), !files.contains(where: { $0.identity == file.identity }) else { continue }
        files.append(file)
      } catch {
        guard case .unreadable(let path, let reason) = error else { continue }
        notices.append(.unread(path: path, reason))
        // Nothing is shown from before a gap.
        break
      }
      try search?.search(files[files.count - 1], number: files.count - 1)
    }
    return (search, notices)
  }

  private static func older(_ path: String) throws(LogError) -> LogFile? {
    for name in [path, path + ".gz"] {
      do throws(LogError) { return try LogFile(name) } catch {
        guard case .missing = error else { throw error }
      }
    }
    return nil
  }

  /// The file that was written after the last one that is read; nil where that is written to still.
  private func successor() throws(LogError) -> LogFile? {
    let current = parts[0]
    // The name may lead nowhere for a moment.
    guard let identity = FileIdentity(of: path), identity != current.file.identity else { return nil }
    guard let newest = try? LogFile(path) else { return try failing(path) }
    let last = current.reader.lastTime ?? opened
    var next: LogFile?
    for path in [path] + RotatedFiles.of(path) {
      guard let file = path == newest.path ? newest : try? LogFile(path) else { continue }
      if file.identity == current.file.identity { break }
      // Compressed already, it has another identity; its first record is older than our last.
      guard let first = try file.firstTime() else { continue }
      if first < last { break }
      next = file
    }
    if let next { return next }
    // Empty yet: the writer has not taken it. Else the clock was set back.
    return try newest.firstTime() == nil ? nil : newest
  }

  private func failing(_ path: String) throws(LogError) -> LogFile? {
    do throws(LogError) { return try LogFile(path) } catch {
      if case .missing = error { return nil }
      throw error
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
