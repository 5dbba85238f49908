internal import CRISystem

/// Runs a copy from a source of events to a destination. It blocks the calling thread.
package struct CopyRun: Sendable {
  private static let readSize = 256 << 10

  package let policy: CopyPolicy
  package let control: CopyControl
  /// Called for each file that is not copied.
  package let skipped: @Sendable ([UInt8], SkipReason) -> Void

  package init(
    policy: CopyPolicy, control: CopyControl, skipped: @escaping @Sendable ([UInt8], SkipReason) -> Void
  ) {
    self.policy = policy
    self.control = control
    self.skipped = skipped
  }

  /// Applies the policy to an event, and counts it.
  package func prepared(_ event: CopyEvent) throws(CopyError) -> CopyEvent {
    try control.check()
    control.note(event)
    switch event {
    case .entry(let entry): return .entry(try policy.applied(to: entry))
    case .skipped(let path, let reason):
      skipped(path, reason)
      return event
    case .bytes, .zeros: return event
    }
  }

  package func copy(_ source: CopySource, to placement: CopyPlacement) throws(CopyError) {
    var reader = TreeReader(source)
    let writer = TreeWriter(placement, isOnHost: policy.direction == .outOfContainer)
    while let event = try reader.next() { try writer.write(try prepared(event)) }
    try writer.finish()
  }

  /// Writes the object as a tar stream, piece by piece.
  package func copy(_ source: CopySource, archive write: ([UInt8]) throws(CopyError) -> Void) throws(CopyError) {
    var reader = TreeReader(source)
    var writer = TarWriter(.pax, name: source.copiesContents ? [] : source.name)
    while let event = try reader.next() {
      try writer.append(try prepared(event))
      try flush(&writer, write)
    }
    writer.finish()
    try flush(&writer, write)
  }

  private func flush(_ writer: inout TarWriter, _ write: ([UInt8]) throws(CopyError) -> Void) throws(CopyError) {
    while let bytes = writer.take() {
      try control.check()
      try write(bytes)
    }
  }

  /// Reads a tar stream from a descriptor.
  package func copy(archiveFrom input: Int32, to writer: TreeWriter) throws(CopyError) {
    var reader = TarReader()
    while !reader.isAtEnd {
      let bytes = try read(input)
      if bytes.isEmpty { break }
      reader.append(bytes)
      try drain(&reader, writer)
    }
    do throws(TarFailure) { try reader.finish() } catch { throw .archive(error) }
    // The program that writes the stream may pad it, and must not receive SIGPIPE.
    while try !read(input).isEmpty {}
    try writer.finish()
  }

  private func drain(_ reader: inout TarReader, _ writer: TreeWriter) throws(CopyError) {
    while true {
      let event: CopyEvent?
      do throws(TarFailure) { event = try reader.next() } catch { throw .archive(error) }
      guard let event else { return }
      try writer.write(try prepared(event))
    }
  }

  /// Waits in short steps, so that a copy from a pipe can be interrupted.
  private func read(_ input: Int32) throws(CopyError) -> [UInt8] {
    do throws(Errno) {
      while true {
        if control.isCancelled { break }
        let ready = try Poll.wait([(input, true, false)], timeout: .milliseconds(100))
        guard ready[0].readable else { continue }
        if let bytes = try Descriptor.readBytes(Self.readSize, from: input) { return bytes }
      }
    } catch { throw .input(error) }
    throw .cancelled
  }
}
