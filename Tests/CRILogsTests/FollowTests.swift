import CRILogs
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

/// A log that is written to, step by step.
@Suite(.timeLimit(.minutes(5))) struct FollowTests {
  /// Reads on and compares.
  private func expect(
    _ log: inout ContainerLog, _ screen: Screen, _ output: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try log.follow(into: &screen.printer)
    #expect(try screen.take() == LogFolder.Printed(output), sourceLocation: sourceLocation)
  }

  private func start(_ folder: LogFolder, tail: Int? = nil) throws -> (Screen, LogSelection) {
    let selection = LogSelection(tail: tail)
    return (try Screen(selection, isOne: true), selection)
  }

  @Test func `what is appended is printed, a record only when it is whole`() throws {
    let folder = try LogFolder(Records.cri("oF 1"))
    let (screen, selection) = try start(folder)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, "1\n")
    #expect(log.wait(.zero) == .timeout)
    let record = Records.cri("oF 2", from: 1)
    try folder.append(String(record.prefix(25)))
    #expect(log.wait(.seconds(60)) == .change)
    try expect(&log, screen, "")
    try folder.append(String(record.dropFirst(25)))
    try expect(&log, screen, "2\n")
    // A fragment is all that its writer has to say for now, such as a question.
    try folder.append(Records.cri("oP name: ", from: 2))
    try expect(&log, screen, "name: ")
    try folder.append(Records.cri("eF other", "oF x", from: 3))
    try expect(&log, screen, "\nother\nx\n")
    try folder.append("2024-01-31T12:00:00Z stdout F cut")
    try expect(&log, screen, "")
    try log.finish(&screen.printer)
    #expect(try screen.take() == LogFolder.Printed("cut"))
  }

  @Test func `through a rotation, with what was written to the old file meanwhile`() throws {
    let folder = try LogFolder(Records.cri("oF 1"))
    let (screen, selection) = try start(folder)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, "1\n")
    folder.move("0.log", to: "0.log.20240101-120000")
    #expect(log.wait(.seconds(60)) == .change)
    try expect(&log, screen, "")
    try folder.append(Records.cri("oF 2", from: 1), to: "0.log.20240101-120000")
    try expect(&log, screen, "2\n")
    try folder.append("")
    try folder.append(Records.cri("oF 3", from: 2), to: "0.log.20240101-120000")
    try expect(&log, screen, "3\n")
    try folder.append(Records.cri("oF 5", from: 4))
    try folder.append(Records.cri("oF 4", from: 3), to: "0.log.20240101-120000")
    try expect(&log, screen, "4\n5\n")
    // And late.
    try folder.append(Records.cri("eF late", from: 3), to: "0.log.20240101-120000")
    try folder.append(Records.cri("oF 6", from: 5))
    try expect(&log, screen, "late\n6\n")
    // Nothing twice.
    try folder.append(Records.cri("oF 7", from: 6))
    try expect(&log, screen, "7\n")
  }

  @Test(arguments: [true, false])
  func `through several rotations between two looks`(isCompressed: Bool) throws {
    let folder = try LogFolder(Records.cri("oF 1"))
    let (screen, selection) = try start(folder)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, "1\n")
    try folder.append(Records.cri("oF 2", from: 1))
    for number in 1...3 {
      folder.move("0.log", to: "0.log.2024010\(number)-120000")
      try folder.append(Records.cri("oF \(number + 2)", from: number + 1))
    }
    if isCompressed {
      for number in 1...2 {
        let name = folder.folder.file("0.log.2024010\(number)-120000")
        #expect(try ChildProcess.capture(["/bin/gzip", name], timeout: .seconds(60)).ending == .exited(0))
      }
    }
    try expect(&log, screen, "2\n3\n4\n5\n")
  }

  @Test(arguments: [nil, 0, 1]) func `an old rotated file is not taken for a new one`(tail: Int?) throws {
    let folder = try LogFolder(Records.cri("oF 1", from: 10))
    try folder.append(Records.cri("oF old"), to: "0.log.20240101-120000")
    let (screen, selection) = try start(folder, tail: tail)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, tail == 0 ? "" : "1\n")
    folder.move("0.log", to: "0.log.20240102-120000")
    try folder.append(Records.cri("oF 2", from: 11))
    try expect(&log, screen, "2\n")
  }

  @Test func `a clock that was set back does not hide a new file`() throws {
    let folder = try LogFolder(Records.cri("oF 1", from: 10))
    let (screen, selection) = try start(folder)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, "1\n")
    folder.move("0.log", to: "0.log.20240102-120000")
    try folder.append(Records.cri("oF 2", from: 5))
    try expect(&log, screen, "2\n")
  }

  @Test(arguments: ["", "2 is longer than what was there", "2", "x"])
  func `through a copy that empties the file`(text: String) throws {
    let folder = try LogFolder(Records.cri("oF 1"))
    let (screen, selection) = try start(folder)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, "1\n")
    // Longer, shorter or just as long as before when we look again.
    try folder.write(Array((text.isEmpty ? "" : Records.cri("oF \(text)", from: 1)).utf8))
    #expect(log.wait(.seconds(60)) == .change)
    try expect(&log, screen, text.isEmpty ? "" : "\(text)\n")
    try folder.append(Records.cri("oF 3", from: 2))
    try expect(&log, screen, "3\n")
  }

  @Test func `only what is new`() throws {
    let folder = try LogFolder(Records.cri("oF 1") + "2024-01-31T12:00:00Z stdout F ha")
    let (screen, selection) = try start(folder, tail: 0)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, "")
    try folder.append("lf\n" + Records.cri("eF 2"))
    try expect(&log, screen, "half\n2\n")
  }

  @Test func `a pipe in the file's place ends it`() throws {
    let folder = try LogFolder(Records.cri("oF 1"))
    let (screen, selection) = try start(folder)
    var log = try ContainerLog(folder.log, selection, isFollowed: true)
    try expect(&log, screen, "1\n")
    unlink(folder.log)
    try expect(&log, screen, "")
    mkfifo(folder.log, 0o600)
    #expect(throws: LogError.notAFile(folder.log)) { try log.follow(into: &screen.printer) }
  }

  @Test func `a reader that has gone ends the wait`() throws {
    let folder = try LogFolder(Records.cri("oF 1"))
    let log = try ContainerLog(folder.log, LogSelection(), isFollowed: true)
    var ends: [Int32] = [0, 0]
    _ = try retrying { pipe(&ends) }
    #expect(log.wait(.zero, reader: ends[1]) == .timeout)
    close(ends[0])
    #expect(log.wait(.seconds(60), reader: ends[1]) == .readerGone)
    close(ends[1])
  }
}
