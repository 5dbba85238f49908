import CRILogs
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

/// Follows a log while the test writes to it.
@Suite(.timeLimit(.minutes(5))) struct FollowTests {
  /// Continues to read, and compares the output.
  private func expect(
    _ log: inout ContainerLog, _ files: OutputFiles, _ output: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try log.follow(into: &files.printer)
    #expect(try files.take() == LogDirectory.Printed(output), sourceLocation: sourceLocation)
  }

  private func start(_ directory: LogDirectory, tail: Int? = nil) throws -> (OutputFiles, LogSelection) {
    let selection = LogSelection(tail: tail)
    return (try OutputFiles(selection, isCombined: true), selection)
  }

  @Test func `an appended record is printed when it is complete`() throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    #expect(log.wait(.zero) == .timeout)
    let record = Records.cri("oF 2", from: 1)
    try directory.append(String(record.prefix(25)))
    #expect(log.wait(.seconds(60)) == .change)
    try expect(&log, files, "")
    try directory.append(String(record.dropFirst(25)))
    try expect(&log, files, "2\n")
    // A fragment is printed immediately because it may be a prompt.
    try directory.append(Records.cri("oP name: ", from: 2))
    try expect(&log, files, "name: ")
    try directory.append(Records.cri("eF other", "oF x", from: 3))
    try expect(&log, files, "\nother\nx\n")
    try directory.append("2024-01-31T12:00:00Z stdout F cut")
    try expect(&log, files, "")
    try log.finish(&files.printer)
    #expect(try files.take() == LogDirectory.Printed("cut"))
  }

  @Test func `a rotation loses nothing that was written to the old file in the meantime`() throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    directory.move("0.log", to: "0.log.20240101-120000")
    #expect(log.wait(.seconds(60)) == .change)
    try expect(&log, files, "")
    try directory.append(Records.cri("oF 2", from: 1), to: "0.log.20240101-120000")
    try expect(&log, files, "2\n")
    try directory.append("")
    try directory.append(Records.cri("oF 3", from: 2), to: "0.log.20240101-120000")
    try expect(&log, files, "3\n")
    try directory.append(Records.cri("oF 5", from: 4))
    try directory.append(Records.cri("oF 4", from: 3), to: "0.log.20240101-120000")
    try expect(&log, files, "4\n5\n")
    // A record written late to the old file.
    try directory.append(Records.cri("eF late", from: 3), to: "0.log.20240101-120000")
    try directory.append(Records.cri("oF 6", from: 5))
    try expect(&log, files, "late\n6\n")
    // No record is printed twice.
    try directory.append(Records.cri("oF 7", from: 6))
    try expect(&log, files, "7\n")
  }

  @Test(arguments: [true, false])
  func `several rotations between two reads lose nothing`(isCompressed: Bool) throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    try directory.append(Records.cri("oF 2", from: 1))
    for number in 1...3 {
      directory.move("0.log", to: "0.log.2024010\(number)-120000")
      try directory.append(Records.cri("oF \(number + 2)", from: number + 1))
    }
    if isCompressed {
      for number in 1...2 {
        let name = directory.directory.file("0.log.2024010\(number)-120000")
        #expect(try ChildProcess.capture(["/bin/gzip", name], timeout: .seconds(60)).termination == .exited(0))
      }
    }
    try expect(&log, files, "2\n3\n4\n5\n")
  }

  @Test func `the only record of a file is not printed again after the file was compressed`() throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    directory.move("0.log", to: "0.log.20240101-120000")
    let name = directory.directory.file("0.log.20240101-120000")
    #expect(try ChildProcess.capture(["/bin/gzip", name], timeout: .seconds(60)).termination == .exited(0))
    try directory.append(Records.cri("oF 2", from: 1))
    try expect(&log, files, "2\n")
  }

  @Test(arguments: [nil, 0, 1]) func `an old rotated file is not mistaken for a new one`(tail: Int?) throws {
    let directory = try LogDirectory(Records.cri("oF 1", from: 10))
    try directory.append(Records.cri("oF old"), to: "0.log.20240101-120000")
    let (files, selection) = try start(directory, tail: tail)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, tail == 0 ? "" : "1\n")
    directory.move("0.log", to: "0.log.20240102-120000")
    try directory.append(Records.cri("oF 2", from: 11))
    try expect(&log, files, "2\n")
  }

  @Test func `a new file is found even if the clock was set back`() throws {
    let directory = try LogDirectory(Records.cri("oF 1", from: 10))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    directory.move("0.log", to: "0.log.20240102-120000")
    try directory.append(Records.cri("oF 2", from: 5))
    try expect(&log, files, "2\n")
  }

  /// If a file is truncated while a process writes it without O_APPEND, the file begins with NUL bytes.
  @Test(arguments: [70_000, 131_072, 1_000_000]) func `a new file is followed even if its first record comes late`(
    count: Int
  ) throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    directory.move("0.log", to: "0.log.20240102-120000")
    try directory.append(String(repeating: "\0", count: count) + "\n" + Records.cri("oF 2", from: 5))
    try expect(&log, files, "2\n")
  }

  @Test(arguments: ["", "2 is longer than the old content", "2", "x"])
  func `following continues after the file was copied and truncated`(text: String) throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    // The new content is longer than, shorter than, or as long as the old content.
    try directory.write(Array((text.isEmpty ? "" : Records.cri("oF \(text)", from: 1)).utf8))
    #expect(log.wait(.seconds(60)) == .change)
    try expect(&log, files, text.isEmpty ? "" : "\(text)\n")
    try directory.append(Records.cri("oF 3", from: 2))
    try expect(&log, files, "3\n")
  }

  @Test func `with tail 0 only new records are printed`() throws {
    let directory = try LogDirectory(Records.cri("oF 1") + "2024-01-31T12:00:00Z stdout F ha")
    let (files, selection) = try start(directory, tail: 0)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "")
    try directory.append("lf\n" + Records.cri("eF 2"))
    try expect(&log, files, "half\n2\n")
  }

  @Test func `a pipe in place of the file is an error`() throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let (files, selection) = try start(directory)
    var log = try ContainerLog(directory.log, selection, isFollowed: true)
    try expect(&log, files, "1\n")
    unlink(directory.log)
    try expect(&log, files, "")
    mkfifo(directory.log, 0o600)
    #expect(throws: LogError.notAFile(directory.log)) { try log.follow(into: &files.printer) }
  }

  @Test func `the wait ends when the reader of the output has closed it`() throws {
    let directory = try LogDirectory(Records.cri("oF 1"))
    let log = try ContainerLog(directory.log, LogSelection(), isFollowed: true)
    var ends: [Int32] = [0, 0]
    _ = try retrying { pipe(&ends) }
    #expect(log.wait(.zero, reader: ends[1]) == .timeout)
    close(ends[0])
    #expect(log.wait(.seconds(60), reader: ends[1]) == .readerGone)
    close(ends[1])
  }
}
