internal import CRICommandLine
internal import CRICopy
internal import CRIStreaming
internal import CRISystem

/// Copies by running `tar` in the container. The container's tar determines what is read and written there; what it
/// sends is checked like any tar stream.
struct TarCopy: Sendable {
  /// The maximum number of bytes after the end of an archive. GNU tar's records may have any size, but in practice they
  /// are no larger.
  private static let maximumPadding = 16 << 20
  /// How long the output of tar is read when it is no longer needed.
  private static let drainTime = Duration.seconds(2)

  let call: CopyExec
  let archives: Bool
  let followsLink: Bool
  let control: CopyControl
  let warnings: WarningList

  /// - Throws: `CopyError`, `Failure`, `StreamingError`, `RPCError`.
  func run(_ source: CopyOperand, _ destination: CopyOperand) async throws {
    switch (source, destination) {
    case (.container(_, let path), let target):
      if followsLink {
        throw Failure(.usage, "--follow-link needs the method node; end the path of a directory with / instead")
      }
      let toStream = target == .stream
      let owners: CopyPolicy.Owners = toStream || archives && Environment.userID == 0 ? .kept : .caller
      let run = CopyRun(
        policy: CopyPolicy(.outOfContainer, owners: owners), control: control, skipped: warnings.skipped(below: path))
      try await copyOut(path, target, run)
    case (let source, .container(_, let path)):
      let shown = if case .host(let path) = source { path } else { CopyPath("-") }
      let run = CopyRun(
        policy: CopyPolicy(.intoContainer, owners: archives ? .kept : .containerRoot), control: control,
        skipped: warnings.skipped(below: shown))
      try await copyIn(source, path, run)
    default: break
    }
  }

  /// The command that writes an object as a tar stream, and how the names in the stream relate to it.
  private static func reading(_ path: CopyPath) -> (command: [String], rebase: TarRebase) {
    if path.requiresDirectory { return (["tar", "-cf", "-", "-C", path.text, "."], TarRebase(name: [])) }
    return (["tar", "-cf", "-", "-C", path.parent, "./\(path.name)"], TarRebase(name: Array(path.name.utf8)))
  }

  private func copyOut(_ path: CopyPath, _ target: CopyOperand, _ run: CopyRun) async throws {
    // Problems with the destination are found before anything is read.
    let destination: CopyDestination? = if case .host(let path) = target { try HostPath.destination(path) } else { nil }
    let (command, rebase) = Self.reading(path)
    let session = try await call.open(command, input: false)
    defer { session.cancel() }
    async let message = CopyExec.message(session.stderr)
    var reader = TarReader()
    var sink: (any CopySink)?
    var paddingSize = 0
    do {
      for await bytes in session.stdout {
        if reader.isAtEnd {
          // tar fills its last record with zeros. Anything else might never end.
          paddingSize += bytes.count
          if paddingSize > Self.maximumPadding { throw CopyError.archive(.tooMuchPadding) }
          continue
        }
        reader.append(bytes)
        while let event = try reader.nextEvent() {
          let event = try run.prepared(try rebase.relative(event))
          if sink == nil {
            sink = try makeSink(event, path, target, destination)
          }
          try await sink?.write(event)
        }
      }
    } catch {
      await Self.drain(session)
      throw error
    }
    try Task.checkCancellation()
    let result = try await session.result()
    try call.check(result, await message)
    try reader.end()
    guard let sink else { throw CopyError.archive(.truncated) }
    try await sink.finish()
  }

  /// Reads what tar still writes, for a short time, because a tar whose output is not read would never end.
  private static func drain(_ session: Session) async {
    let limit = Task {
      await pause(drainTime)
      session.cancel()
    }
    for await _ in session.stdout {}
    limit.cancel()
  }

  private func makeSink(
    _ first: CopyEvent, _ path: CopyPath, _ target: CopyOperand, _ destination: CopyDestination?
  ) throws(CopyError) -> any CopySink {
    let name = Array(path.name.utf8)
    guard case .entry(let entry) = first, entry.path.isEmpty else {
      if case .skipped([], .kind(let kind)) = first { throw .refused(path: path.text, .source(kind)) }
      throw .archive(.unexpectedName(path.name))
    }
    guard let destination, case .host(let target) = target else {
      return StreamSink(name: path.copiesContents ? [] : name)
    }
    let object: CopyRule.Object = entry.kind == .directory ? .directory(contentsOnly: path.copiesContents) : .file
    return TreeSink(try destination.placement(of: object, name: name, target))
  }

  private func copyIn(_ source: CopyOperand, _ path: CopyPath, _ run: CopyRun) async throws {
    let host: CopySource? =
      if case .host(let path) = source { try HostPath.source(path, followsLast: followsLink) } else { nil }
    let rule = try CopyRule.decide(host?.object ?? .archive, over: try await existing(path), path)
    let directory = rule == .renamed ? path.parent : path.text
    let name: [UInt8] =
      switch rule {
      case .contents: []
      case .inside: host?.name ?? []
      case .renamed: Array(path.name.utf8)
      }
    let session = try await call.open(["tar", "-xpf", "-", "-C", directory], input: true)
    defer { session.cancel() }
    guard session.input.canFinish else {
      throw Failure(
        .failed, "\(call.subject): \(session.version.rawValue) cannot end tar's input; try --transport spdy")
    }
    async let message = CopyExec.message(session.stderr)
    async let output = CopyExec.message(session.stdout)
    let input = host == nil ? try StandardInput() : nil
    let ended = Task {
      // Standard input may stay silent indefinitely, and must not be waited for once tar has exited.
      defer { input?.cancel() }
      return try await session.result()
    }
    var isComplete = false
    do {
      var writer = SessionTarWriter(session.input, name: name)
      if let host {
        var reader = TreeReader(host)
        while let event = try reader.next() { try await writer.write(try run.prepared(event)) }
        isComplete = true
      } else if let input {
        isComplete = try await copyArchive(run, input, &writer)
      }
      if isComplete { try await writer.finish() }
    } catch let error as StreamingError where error.code == .inputClosed {
      // tar has exited; its message says why.
    }
    try Task.checkCancellation()
    let result = try await ended.value
    try call.check(result, await message)
    _ = await output
    if !isComplete { throw CopyError.archive(.truncated) }
  }

  /// - Returns: False if tar exited before the end of the stream.
  private func copyArchive(
    _ run: CopyRun, _ input: StandardInput, _ writer: inout SessionTarWriter
  ) async throws -> Bool {
    var reader = TarReader()
    let hasEnded = try await withTaskCancellationHandler {
      while let bytes = try await next(input) {
        if bytes.isEmpty { return true }
        reader.append(bytes)
        while let event = try reader.nextEvent() { try await writer.write(try run.prepared(event)) }
      }
      return false
    } onCancel: {
      input.cancel()
    }
    try Task.checkCancellation()
    if hasEnded { try reader.end() }
    return hasEnded
  }

  private func next(_ input: StandardInput) async throws -> [UInt8]? {
    do throws(Errno) { return try await input.next() } catch { throw CopyError.input(error) }
  }

  /// Asks tar what kind of file the destination is: the first header of a stream shows it.
  private func existing(_ path: CopyPath) async throws -> CopyRule.Existing {
    if try await isDirectory(path) { return .directory }
    guard !path.copiesContents, let kind = try await firstKind(Self.reading(path).command) else { return .nothing }
    switch kind {
    case .entry(let entry):
      if case .symbolicLink = entry.kind { return .other(.symbolicLink) }
      return .other(.regular)
    case .skipped(_, .kind(let kind)): return .other(kind)
    default: return .nothing
    }
  }

  /// An old tar has no --no-recursion, and then writes the whole directory until its output is no longer read.
  private func isDirectory(_ path: CopyPath) async throws -> Bool {
    if try await firstKind(["tar", "-cf", "-", "--no-recursion", "-C", path.text, "."]) != nil { return true }
    return try await firstKind(["tar", "-cf", "-", "-C", path.text, "."]) != nil
  }

  private func firstKind(_ command: [String]) async throws -> CopyEvent? {
    let session = try await call.open(command, input: false)
    defer { session.cancel() }
    async let message = CopyExec.message(session.stderr)
    var reader = TarReader()
    var first: CopyEvent?
    do {
      for await bytes in session.stdout {
        reader.append(bytes)
        first = try reader.nextEvent()
        if first != nil { break }
      }
    } catch {
      await Self.drain(session)
      throw error
    }
    if let first {
      await Self.drain(session)
      return first
    }
    try Task.checkCancellation()
    let result = try await session.result()
    _ = await message
    if case .exited = result { return nil }
    try call.check(result, "")
    return nil
  }
}
