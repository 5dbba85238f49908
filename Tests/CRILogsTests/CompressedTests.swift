import CRIGzip
import CRILogs
import CRISystem
import TestSupport
import Testing

/// Rotated files compressed by gzip, intact and damaged.
@Suite(.timeLimit(.minutes(5))) struct CompressedTests {
  private static let name = "0.log.20240101-120000.gz"

  /// Returns text compressed by `/bin/gzip`.
  private static func gzip(_ text: String) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    try TestFile.write(text, to: directory.file("f"))
    let (ending, _) = try ChildProcess.capture(["/bin/gzip", directory.file("f")], timeout: .seconds(60))
    try #require(ending == .exited(0))
    return try File.read(directory.file("f.gz"))
  }

  private func log(_ compressed: [UInt8]) throws -> LogDirectory {
    let log = try LogDirectory(Records.cri("oF new", from: 5_000_000))
    try log.write(compressed, to: Self.name)
    return log
  }

  /// Both ways of reading: forwards, and from the end.
  private static let selections = [LogSelection(since: Records.since(0)), LogSelection(tail: 1_000_000)]

  private func read(_ log: LogDirectory, _ selection: LogSelection) throws -> (lines: [Substring], notices: [LogNotice])
  {
    var notices: [LogNotice] = []
    let printed = try log.read(selection, notices: &notices)
    return (String(decoding: printed.output, as: UTF8.self).split(separator: "\n"), notices)
  }

  /// So many lines that neither their text nor the compressed text fits into one block.
  private static let count = 30_000
  private static let long = (0..<count).map { Records.cri("oF line \($0 &* 2_654_435_761 % 1_000_003)", from: $0) }
    .joined()

  @Test(arguments: selections) func `consecutive members are read as one file`(selection: LogSelection) throws {
    let log = try log(
      try Self.gzip(Records.cri("oF a", "oP b")) + Self.gzip("") + Self.gzip(Records.cri("oF c", from: 2)))
    let (lines, notices) = try read(log, selection)
    #expect(lines == ["a", "bc", "new"] && notices.isEmpty)
  }

  @Test(arguments: selections) func `long files are read completely`(selection: LogSelection) throws {
    let (lines, notices) = try read(try log(try Self.gzip(Self.long)), selection)
    #expect(lines.count == Self.count + 1 && notices.isEmpty)
    #expect(lines.first == "line 0" && lines.last == "new")
  }

  @Test(arguments: [
    ([UInt8]("no gzip".utf8), GzipDamage.notGzip), ([], .cutShort), ([0x1f], .cutShort),
    ([0x1f, 0x8b, 8, 0, 0, 0], .cutShort), ([0x1f, 0x8b] + [UInt8](repeating: 0xff, count: 50), .corrupt),
    ([UInt8](repeating: 0, count: 5000), .notGzip),
  ])
  func `an unreadable file is reported, and newer files are printed`(
    bytes: [UInt8], damage: GzipDamage
  ) throws {
    for selection in Self.selections {
      let log = try log(bytes)
      let (lines, notices) = try read(log, selection)
      #expect(lines == ["new"])
      #expect(notices == [.corrupt(path: log.directory.file(Self.name), damage, isShownInPart: false)])
    }
  }

  @Test(arguments: [GzipDamage.cutShort, .corrupt, .trailingGarbage])
  func `the readable part of a damaged file is printed`(damage: GzipDamage) throws {
    var bytes = try Self.gzip(Self.long)
    switch damage {
    case .cutShort: bytes.removeLast(bytes.count / 2)
    // Damage the checksum, which is four bytes before the length.
    case .corrupt: bytes[bytes.count - 6] ^= 1
    default: bytes += Array("garbage".utf8)
    }
    for selection in Self.selections {
      let log = try log(bytes)
      let (lines, notices) = try read(log, selection)
      #expect(lines.first == "line 0" && lines.last == "new")
      if damage == .cutShort {
        #expect(lines.count > Self.count / 4 && lines.count < Self.count)
      } else {
        #expect(lines.count == Self.count + 1)
      }
      let path = log.directory.file(Self.name)
      #expect(notices.contains(.corrupt(path: path, damage, isShownInPart: true)), "\(notices)")
    }
  }

  @Test func `the current file is never decompressed`() throws {
    let log = try LogDirectory()
    try log.write(Array(Records.cri("oF plain").utf8), to: "x.gz")
    let files = try OutputFiles(LogSelection())
    var open = try ContainerLog(log.directory.file("x.gz"), LogSelection())
    try open.read(into: &files.printer)
    try open.finish(&files.printer)
    #expect(try files.take() == LogDirectory.Printed("plain\n"))
  }

  /// Writes a small file with very large contents, as an attacker would.
  private func bomb(_ mebibytes: Int, _ directory: LogDirectory) throws {
    let path = directory.directory.file(Self.name)
    let record = Records.cri("oF \(String(repeating: "x", count: 1000))").dropLast()
    let script = "yes '\(record)' | head -n \(mebibytes * 1000) | gzip > '\(path)'"
    let (ending, _) = try ChildProcess.capture(["/bin/sh", "-c", script], timeout: .seconds(300))
    try #require(ending == .exited(0))
  }

  @Test func `a decompression bomb uses bounded memory and no file`() throws {
    let log = try LogDirectory(Records.cri("oF new", from: 5_000_000))
    try bomb(200, log)
    #expect(try File.read(log.directory.file(Self.name)).count < 4 << 20)
    let before = ProcessFacts.peakMemory
    let (lines, notices) = try read(log, LogSelection(tail: 1000))
    #expect(lines.count == 1000 && notices.isEmpty)
    #expect(try log.read(LogSelection(since: Records.since(0)), limit: 10_000_000).output.count == 10_000_000)
    #expect(ProcessFacts.peakMemory - before < 160 << 20)
  }

  @Test(arguments: [LogSelection(since: Records.since(1)), LogSelection(since: Records.since(1), tail: 1_000_000)])
  func `a bomb is not expanded to its end, and newer lines are printed`(selection: LogSelection) throws {
    let log = try LogDirectory(Records.cri("oF new", from: 5_000_000))
    try bomb(600, log)
    // The records of the bomb are older than the selection.
    let (lines, notices) = try read(log, selection)
    #expect(lines == ["new"])
    let path = log.directory.file(Self.name)
    #expect(notices.contains(.corrupt(path: path, .implausibleSize, isShownInPart: true)), "\(notices)")
  }

  @Test func `last lines that do not fit in memory are left out and reported`() throws {
    let log = try LogDirectory(Records.cri("oF new", from: 5_000_000))
    try bomb(100, log)
    let (lines, notices) = try read(log, LogSelection(tail: 1_000_000))
    #expect(lines.count > 20_000 && lines.last == "new")
    guard case .leftOut(let path, let bytes) = notices.first, notices.count == 1 else {
      Issue.record("\(notices)")
      return
    }
    #expect(path == log.directory.file(Self.name) && bytes > 60 << 20 && bytes < 70 << 20)
  }
}
