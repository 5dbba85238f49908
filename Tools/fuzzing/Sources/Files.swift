import CRICopy
import CRIJSON
import CRISnapshot
import CRISystem
import Glibc

@testable import CRILogs

/// A file in memory.
final class ScratchFile: Sendable {
  let descriptor: Int32

  init(_ name: String) {
    // A removed file in memory.
    let path = "/dev/shm/fuzz-\(name)-\(getpid())"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { fatalError("no file in memory") }
    unlink(path)
  }

  /// The content, which is then removed.
  func take() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count == bytes.count else { fatalError("a short read") }
    ftruncate(descriptor, 0)
    lseek(descriptor, 0, SEEK_SET)
    return bytes
  }
}

extension FuzzTarget {
  private static let input = LogFiles()

  /// The log, and what is printed of it.
  private struct LogFiles: Sendable {
    let directory: String
    let path: String
    let output = ScratchFile("output")
    let errors = ScratchFile("errors")

    init() {
      var name = Array("/dev/shm/fuzz-XXXXXX\0".utf8).map { CChar($0) }
      guard mkdtemp(&name) != nil else { fatalError("no directory") }
      directory = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      path = directory + "/0.log"
      atexit {
        unlink(FuzzTarget.input.path)
        rmdir(FuzzTarget.input.directory)
      }
    }

    func write(_ bytes: [UInt8], _ flags: Int32) {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o600)
      guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("a short write") }
      close(descriptor)
    }
  }

  private struct Printed: Equatable {
    var output: [UInt8]
    var errors: [UInt8]
    var records: Int
    var notices: [LogNotice]
  }

  /// Reads a log that is written in the given parts.
  private static func read(
    _ parts: [[UInt8]], _ selection: LogSelection = LogSelection(), timestamps: Bool = false, limit: Int? = nil,
    isCombined: Bool = false
  ) -> Printed? {
    input.write(parts[0], O_TRUNC)
    var printer = LinePrinter(
      selection, hasTimestamps: timestamps,
      to: LogOutput(
        output: input.output.descriptor, errors: input.errors.descriptor, isCombined: isCombined, limit: limit))
    guard var log = try? ContainerLog(input.path, selection) else { return nil }
    for (index, part) in parts.enumerated() {
      if index > 0 { input.write(part, O_APPEND) }
      guard (try? log.read(into: &printer)) != nil else { return nil }
    }
    guard (try? log.finish(&printer)) != nil else { return nil }
    return Printed(
      output: input.output.take(), errors: input.errors.take(), records: log.records, notices: log.notices)
  }

  /// A log in the format of the CRI or of Docker. The first byte chooses the selection.
  static let log = FuzzTarget("log") { bytes in
    guard let first = bytes.first else { return }
    let bytes = Array(bytes.dropFirst())
    let (timestamps, isCombined) = (first & 1 != 0, first & 2 != 0)
    func read(_ parts: [[UInt8]], _ selection: LogSelection = LogSelection(), limit: Int? = nil) -> Printed? {
      Self.read(parts, selection, timestamps: timestamps, limit: limit, isCombined: isCombined)
    }
    guard let whole = read([bytes]) else { return require(false, "a log can be read") }
    require(whole.output.count + whole.errors.count <= 40 * bytes.count + 40, "the printed text is bounded")
    let pieces = bytes.pieces
    if !pieces.isEmpty, pieces.count < 20 {
      let grown = read(pieces)
      require(grown == whole, "a log that grows is read like a whole one\n\(whole)\n\(String(describing: grown))")
    }
    switch first >> 2 & 3 {
    case 0:
      let all = read([bytes], LogSelection(tail: 1_000_000))
      require(all?.output == whole.output && all?.errors == whole.errors, "the last lines are all lines")
    case 1:
      let limit = Int(first >> 4) * 8
      let part = read([bytes], limit: limit)
      require((part?.output.count ?? 0) + (part?.errors.count ?? 0) <= limit, "a limit is kept")
      require(whole.output.starts(with: part?.output ?? [0]), "a limit only cuts")
    case 2 where !isCombined:
      let stream = first & 16 == 0 ? LogStream.stdout : .stderr
      let one = read([bytes], LogSelection(stream: stream))
      let (found, other) = stream == .stdout ? (one?.output, one?.errors) : (one?.errors, one?.output)
      require(other == [], "one stream is printed")
      require(found == (stream == .stdout ? whole.output : whole.errors), "one stream is the same alone")
    default:
      let tail = read([bytes], LogSelection(tail: Int(first >> 4)))
      require((tail?.output.count ?? 0) <= whole.output.count, "the last lines are not more than all lines")
    }
  }

  // MARK: tar

  static let tar = FuzzTarget("tar") { bytes in
    let results = bytes.splits.map(readTar)
    for other in results.dropFirst() {
      require(results[0].events == other.events, "the events do not depend on the splits")
      require("\(results[0].end)" == "\(other.end)", "the end does not depend on the splits")
    }
    guard case .success = results[0].end else { return }
    var writer = TarWriter(.pax, name: [])
    var archive: [UInt8] = []
    let kept = results[0].events.filter { if case .skipped = $0 { false } else { true } }
    do throws(CopyError) {
      for event in kept {
        try writer.append(event)
        while let more = writer.take() { archive += more }
        guard archive.count < 1 << 22 else { return }
      }
    } catch { return require(false, "what is read can be written: \(error)") }
    writer.finish()
    while let more = writer.take() { archive += more }
    let again = readTar([archive])
    guard case .success = again.end else { return require(false, "what is written is read again: \(again.end)") }
    require(again.events.count == kept.count, "the same number of events")
    for (event, old) in zip(again.events, kept) {
      guard case .entry(let entry) = event, case .entry(let expected) = old else {
        require(event == old, "the same content")
        continue
      }
      require(entry.path == expected.path && entry.kind == expected.kind, "\(entry) is \(expected)")
      require(entry.modified == expected.modified, "\(entry) has the time of \(expected)")
      require(entry.permissions == expected.permissions, "\(entry) has the permissions of \(expected)")
    }
  }

  private static func readTar(_ pieces: [[UInt8]]) -> (events: [CopyEvent], end: Result<Void, TarFailure>) {
    var reader = TarReader()
    var events: [CopyEvent] = []
    let end = outcome { () throws(TarFailure) in
      for piece in pieces {
        reader.append(piece)
        while let event = try reader.next() {
          if case .bytes(let bytes) = event, case .bytes(let earlier)? = events.last {
            events[events.count - 1] = .bytes(earlier + bytes)
          } else {
            events.append(event)
          }
        }
      }
      try reader.finish()
    }
    return (events, end)
  }
}
