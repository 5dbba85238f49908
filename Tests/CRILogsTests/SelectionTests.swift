import CRILogs
import CRIProtobuf
import CRISystem
import TestSupport
import Testing

/// Selects lines, and the files from which they are read.
@Suite struct SelectionTests {
  private static let records = Records.cri("oF 1", "eF a", "oP 2", "eF b", "oF 2", "oF 3", "eP c")

  @Test(arguments: [
    (LogSelection(stream: .stdout), "1\n22\n3\n"), (LogSelection(stream: .stderr), "a\nb\nc"),
    // `tail` counts lines, including an incomplete one, rather than records.
    (LogSelection(tail: 0), ""), (LogSelection(tail: 1), "c"), (LogSelection(tail: 2), "3\nc"),
    (LogSelection(tail: 3), "22\n3\nc"), (LogSelection(tail: 4), "b\n22\n3\nc"),
    (LogSelection(tail: 5), "a\nb\n22\n3\nc"),
    (LogSelection(tail: 6), "1\na\nb\n22\n3\nc"), (LogSelection(tail: 1000), "1\na\nb\n22\n3\nc"),
    (LogSelection(stream: .stdout, tail: 2), "22\n3\n"), (LogSelection(stream: .stderr, tail: 2), "b\nc"),
    // The time of a line is that of its last record.
    (LogSelection(since: Records.since(0)), "1\na\nb\n22\n3\nc"), (LogSelection(since: Records.since(5)), "3\nc"),
    (LogSelection(since: Records.since(4)), "22\n3\nc"), (LogSelection(since: Records.since(3)), "b\n22\n3\nc"),
    (LogSelection(since: Records.since(2)), "b\n22\n3\nc"), (LogSelection(since: Records.since(7)), ""),
    (LogSelection(since: Records.since(5), tail: 3), "3\nc"),
    (LogSelection(stream: .stdout, since: Records.since(5), tail: 2), "3\n"),
  ])
  func `only selected lines are printed`(selection: LogSelection, output: String) throws {
    #expect(try LogDirectory(Self.records).read(selection, isCombined: true) == LogDirectory.Printed(output))
  }

  @Test func `only the selected records of a very long line are printed`() throws {
    let long = String(repeating: "x", count: 1 << 20)
    let log = try LogDirectory(Records.cri("oP \(long)", "oP \(long)", "oP b", "oF c", "oP \(long)", "oF d"))
    #expect(try log.read(LogSelection(since: Records.since(3))) == LogDirectory.Printed("bc\n\(long)d\n"))
    #expect(try log.read(LogSelection(since: Records.since(6))) == LogDirectory.Printed(""))
  }

  @Test(arguments: [
    (["0.log.20240101-120000", "0.log.20240102-120000"], "1\n2\n3\n"),
    (["0.log.20240101-120000.gz", "0.log.20240102-120000"], "1\n2\n3\n"),
    (["0.log.20240101-120000.gz", "0.log.20240102-120000.gz"], "1\n2\n3\n"),
    (["0.log.2", "0.log.1"], "1\n2\n3\n"), (["0.log.10.gz", "0.log.9"], "1\n2\n3\n"),
    // Files that belong to other logs.
    (["0.log.20240101-120000.tmp", "10.log.20240102-120000"], "3\n"), (["0.log.old", "0.log.1.bak"], "3\n"),
  ])
  func `rotated files are read only if they may contain selected lines`(names: [String], output: String) throws {
    let log = try LogDirectory(Records.cri("oF 3", from: 20))
    for (number, name) in names.enumerated() {
      let isCompressed = name.hasSuffix(".gz")
      let plain = isCompressed ? String(name.dropLast(3)) : name
      try log.append(Records.cri("oF \(number + 1)", from: number * 10), to: plain)
      if isCompressed { try compress(log.directory.file(plain)) }
    }
    #expect(try log.read(LogSelection(since: Records.since(0))) == LogDirectory.Printed(output))
    #expect(try log.read(LogSelection(tail: 3)) == LogDirectory.Printed(output))
    #expect(try log.read(LogSelection(tail: 1)) == LogDirectory.Printed("3\n"))
    #expect(try log.read(LogSelection(since: Records.since(20))) == LogDirectory.Printed("3\n"))
    #expect(try log.read() == LogDirectory.Printed("3\n"))
  }

  private func compress(_ path: String) throws {
    let (ending, _) = try ChildProcess.capture(["/bin/gzip", path], timeout: .seconds(60))
    try #require(ending == .exited(0))
  }

  @Test func `a file that is being compressed is read only once`() throws {
    let log = try LogDirectory(Records.cri("oF 2", from: 20))
    try log.append(Records.cri("oF 1"), to: "0.log.20240101-120000")
    try log.append("half", to: "0.log.20240101-120000.gz")
    #expect(try log.read(LogSelection(tail: 9)) == LogDirectory.Printed("1\n2\n"))
  }

  @Test func `earlier fragments of a line are found in the rotated file`() throws {
    let log = try LogDirectory(Records.cri("oF b", "oF c", from: 20))
    try log.append(Records.cri("oF x", "oP a"), to: "0.log.20240101-120000")
    #expect(try log.read(LogSelection(tail: 2)) == LogDirectory.Printed("ab\nc\n"))
    #expect(try log.read(LogSelection(tail: 1)) == LogDirectory.Printed("c\n"))
  }

  @Test func `the last lines of a large file are found`() throws {
    let log = try LogDirectory()
    var bytes: [UInt8] = []
    for number in 0..<20_000 { bytes += Array("2024-01-31T12:00:00Z stdout F line \(number)\n".utf8) }
    try log.write(bytes)
    for tail in [1, 2, 1500, 19_999] {
      let expected = (20_000 - tail..<20_000).map { "line \($0)\n" }.joined()
      #expect(try log.read(LogSelection(tail: tail)) == LogDirectory.Printed(expected))
    }
    // The file contains no record of this stream at all.
    #expect(try log.read(LogSelection(stream: .stderr, tail: 1)) == LogDirectory.Printed(""))
  }
}
