internal import CRICopy
internal import CRIStreaming
internal import CRISystem

/// A destination of the events that a container's tar stream contains.
protocol CopySink {
  /// - Throws: `CopyError`.
  func write(_ event: CopyEvent) async throws
  func finish() async throws
}

/// Writes files on the node.
struct TreeSink: CopySink {
  private let writer: TreeWriter

  init(_ placement: CopyPlacement) { writer = TreeWriter(placement, isOnHost: true) }

  func write(_ event: CopyEvent) async throws { try writer.write(event) }

  func finish() async throws { try writer.finish() }
}

/// Writes a tar stream to standard output.
final class StreamSink: CopySink {
  private static let standardOutput: Int32 = 1
  private var writer: TarWriter

  init(name: [UInt8]) { writer = TarWriter(.pax, name: name) }

  func write(_ event: CopyEvent) async throws {
    try writer.append(event)
    try flush()
  }

  func finish() async throws {
    writer.finish()
    try flush()
  }

  private func flush() throws(CopyError) {
    while let bytes = writer.take() { try Self.write(bytes) }
  }

  /// Writes to standard output. A signal ends the wait for a reader that does not read.
  static func write(_ bytes: [UInt8]) throws(CopyError) {
    do throws(Errno) { try Descriptor.writeAll(bytes, to: standardOutput) } catch {
      throw error == .interrupted ? CopyError.cancelled : CopyError.stream(error)
    }
  }
}

/// Writes a tar stream to the input of a session.
struct SessionTarWriter {
  private let input: SessionInput
  /// Whether the contents of a directory are written, so that the directory itself must stay as it is.
  private let hasContentsOnly: Bool
  private var writer: TarWriter

  init(_ input: SessionInput, name: [UInt8]) {
    self.input = input
    hasContentsOnly = name.isEmpty
    // busybox understands these headers, but not pax records.
    writer = TarWriter(.gnu, name: name)
  }

  /// - Throws: `CopyError`, `StreamingError`.
  mutating func write(_ event: CopyEvent) async throws {
    if case .entry(let entry) = event, entry.path.isEmpty, hasContentsOnly { return }
    try writer.append(event)
    try await flush()
  }

  mutating func finish() async throws {
    writer.finish()
    try await flush()
    try input.finish()
  }

  private mutating func flush() async throws {
    while let bytes = writer.take() { try await input.write(bytes) }
  }
}

extension TarReader {
  /// - Throws: `CopyError.archive`.
  mutating func nextEvent() throws(CopyError) -> CopyEvent? {
    do throws(TarFailure) { return try next() } catch { throw .archive(error) }
  }

  /// - Throws: `CopyError.archive`.
  func end() throws(CopyError) {
    do throws(TarFailure) { try finish() } catch { throw .archive(error) }
  }
}

extension TarRebase {
  /// - Throws: `CopyError.archive`.
  func relative(_ event: CopyEvent) throws(CopyError) -> CopyEvent {
    do throws(TarFailure) { return try applied(to: event) } catch { throw .archive(error) }
  }
}
