import CRILogs
import CRIProtobuf
import CRISystem
import Glibc
import TestSupport
import Testing

/// Reads a log that does not change.
@Suite struct ReadingTests {
  private typealias Printed = LogDirectory.Printed

  @Test(arguments: [
    ("", "", ""),
    (Records.cri("oF one", "eF two", "oF three"), "one\nthree\n", "two\n"),
    // Fragments interleaved with records of the other stream.
    (Records.cri("oP on", "oP e ", "oF line", "oF "), "one line\n\n", ""),
    (Records.cri("oP a", "eP x", "oF b", "eF y"), "ab\n", "xy\n"),
    // A fragment at the end is printed without a line feed.
    (Records.cri("oF a", "oP b"), "a\nb", ""),
    // Only the first tag counts, and an empty text may have lost the space before it.
    (Records.cri("oP:x a", "oF:P b"), "ab\n", ""),
    ("2024-01-31T12:00:00Z stdout F\n", "\n", ""),
    ("2024-01-31T12:00:00Z stdout Px a\n", "a\n", ""),
    // The text is printed unchanged.
    (Records.cri("oF \u{1b}[31mred\u{0}\r\t F "), "\u{1b}[31mred\u{0}\r\t F \n", ""),
    // An incomplete record at the end of the file.
    (Records.cri("oF one") + "2024-01-31T12:00:00Z stdout F tw", "one\ntw", ""),
    (Records.cri("oF one") + "2024-01-31T12:00:00Z stdo", "one\n", ""),
    (Records.cri("oF one") + "2024-01-31T12:00:00Z stdout ", "one\n", ""),
    (Records.cri("oF one") + "{\"log\":\"tw", "one\n", ""),
    // NUL bytes before a record.
    ("\0\0\0" + Records.cri("oF one") + "\0\0" + Records.cri("oF two"), "one\ntwo\n", ""),
    // Time zones, and times that an Int64 cannot hold in nanoseconds.
    ("2024-01-31T12:00:00.5+02:30 stderr F z\n", "", "z\n"),
    ("9999-01-31T12:00:00Z stdout F a\n" + Records.cri("oF b"), "b\n", ""),
    // Docker's format.
    (
      #"{"log":"one\n","stream":"stdout","time":"2024-01-31T12:00:00.1Z"}"# + "\n"
        + #"{"log":"t\u0041\ud83d\ude00","stream":"stderr","time":"2024-01-31T12:00:00.2Z"}"# + "\n"
        + #"{"stream":"stderr","attrs":{"a":"b"},"log":"o\n","time":"2024-01-31T12:00:00.3Z"}"# + "\n",
      "one\n", "tA😀o\n"
    ),
    (#"{"log":"cut","stream":"stdout","time":"2024-01-31T12:00:00Z"}"#, "cut", ""),
  ])
  func `records are joined to lines`(text: String, output: String, errors: String) throws {
    #expect(try LogDirectory(text).read() == Printed(output, errors))
  }

  @Test(arguments: [
    "hello", "2024-01-31T12:00:00Z", "2024-01-31T12:00:00Z stdout", "2024-01-31T12:00:00Z stdlog F a",
    "2024-01-31T12:00:00Z stdout  a", "2024-02-30T12:00:00Z stdout F a", "2024-01-31T24:00:00Z stdout F a",
    "2024-01-31 12:00:00Z stdout F a", "2024-01-31T12:00:00 stdout F a", "2024-01-31T12:00:00.Z stdout F a",
    "2024-01-3aT12:00:00Z stdout F a", "2024-01-31T12:00:00+0200 stdout F a", "{}", "{broken",
    #"{"log":1,"stream":"stdout","time":"2024-01-31T12:00:00Z"}"#,
    #"{"log":"a","stream":"stdlog","time":"2024-01-31T12:00:00Z"}"#,
    #"{"log":"a","stream":"stdout","time":"2024-01-31"}"#,
  ])
  func `a line that is not a record is counted and not printed`(line: String) throws {
    let log = try LogDirectory(Records.cri("oF one") + line + "\n" + Records.cri("oF two"))
    var notices: [LogNotice] = []
    #expect(try log.read(notices: &notices) == Printed("one\ntwo\n"))
    #expect(notices == [.damaged(path: log.log, lines: 1)])
  }

  @Test func `invalid UTF-8 is printed unchanged`() throws {
    let log = try LogDirectory()
    let text: [UInt8] = [0xff, 0xfe, 0xc3, 0x28, 0x00, 0x80]
    try log.write(Array("2024-01-31T12:00:00Z stdout F ".utf8) + text + [0x0a])
    #expect(try log.read().output == text + [0x0a])
  }

  @Test(arguments: [
    ("2024-01-31T12:00:00.123456789Z", "2024-01-31T12:00:00.123456789Z"),
    ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00.000000000Z"),
    ("2024-01-31T12:00:00.12+02:00", "2024-01-31T12:00:00.120000000+02:00"),
    ("2024-01-31T12:00:00.1234567891+00:00", "2024-01-31T12:00:00.123456789Z"),
  ])
  func `times have nine decimal digits and keep their time zone`(time: String, shown: String) throws {
    for line in ["\(time) stdout F a\n", #"{"log":"a\n","stream":"stdout","time":"\#(time)"}"# + "\n"] {
      #expect(try LogDirectory(line).read(hasTimestamps: true) == Printed("\(shown) a\n"))
    }
  }

  @Test func `each line has one time, even if it has several fragments`() throws {
    let log = try LogDirectory(
      "2024-01-31T12:00:00Z stdout P a\n2024-01-31T12:00:01Z stdout F b\n2024-01-31T12:00:02Z stderr F c\n")
    #expect(
      try log.read(hasTimestamps: true)
        == Printed("2024-01-31T12:00:00.000000000Z ab\n", "2024-01-31T12:00:02.000000000Z c\n"))
  }

  @Test func `combined streams keep their order`() throws {
    let log = try LogDirectory(Records.cri("oF 1", "eF 2", "oP 3", "eF 4", "oF 5", "eP 6", "oP 7"))
    // Incomplete lines come last, each on its own line.
    #expect(try log.read(isCombined: true) == Printed("1\n2\n4\n35\n7\n6"))
  }

  @Test(arguments: [(0, "", ""), (1, "1", ""), (3, "12", "a"), (4, "12", "ab"), (100, "12\n", "abc\n")])
  func `the output is cut exactly at the limit`(limit: Int, output: String, errors: String) throws {
    let log = try LogDirectory(Records.cri("oP 12", "eP abc"))
    let both = try log.read(limit: limit)
    #expect(both.output.count + both.errors.count == min(limit, 5))
    let lines = try LogDirectory(Records.cri("oF 12", "eF abc", "oF 3")).read(limit: limit, isCombined: true)
    #expect(lines.output == Array("12\nabc\n3\n".utf8.prefix(limit)))
  }

  @Test(arguments: [1 << 17, (1 << 17) - 1, 1 << 20, (1 << 20) + 1, 5_000_000], [true, false])
  func `lines of any length are printed`(length: Int, isFragmented: Bool) throws {
    let text = [UInt8](repeating: UInt8(ascii: "x"), count: length)
    let head = Array("2024-01-31T12:00:00Z stdout ".utf8)
    let log = try LogDirectory()
    if isFragmented {
      var bytes: [UInt8] = []
      for start in stride(from: 0, to: length, by: 16_384) {
        let end = min(length, start + 16_384)
        bytes += head + Array(end == length ? "F ".utf8 : "P ".utf8) + text[start..<end] + [0x0a]
      }
      try log.write(bytes)
    } else {
      try log.write(head + Array("F ".utf8) + text + [0x0a])
    }
    try log.append(Records.cri("oF next"))
    let next = Array("next\n".utf8)
    for selection in [LogSelection(), LogSelection(tail: 2)] {
      #expect(try log.read(selection).output == text + [0x0a] + next)
    }
    #expect(try log.read(LogSelection(tail: 1)).output == next)
    // The same length in a line that is not a record.
    let other = try LogDirectory()
    try other.write(text + [0x0a])
    try other.append(Records.cri("oF next"))
    var notices: [LogNotice] = []
    #expect(try other.read(notices: &notices).output == next)
    #expect(notices == [.damaged(path: other.log, lines: 1)])
    #expect(try other.read(LogSelection(tail: 1)).output == next)
    // The same length of NUL bytes.
    let hole = try LogDirectory()
    try hole.write([UInt8](repeating: 0, count: length))
    try hole.append(Records.cri("oF next"))
    #expect(try hole.read().output == next)
  }

  @Test(arguments: [LogSelection(), LogSelection(since: Records.since(0)), LogSelection(tail: 10)])
  func `a line of many fragments costs about as much time as the same number of lines`(selection: LogSelection) throws {
    func seconds(_ tag: String, _ selection: LogSelection) throws -> Double {
      let log = try LogDirectory(String(repeating: "2024-01-31T12:00:00Z stderr \(tag) x\n", count: 250_000))
      let begin = Self.processorTime
      _ = try log.read(selection)
      return Self.processorTime - begin
    }
    // Ten lines are at the end of the file, but all fragments belong to one line.
    let all = LogSelection(since: selection.since, tail: selection.tail.map { _ in 250_000 })
    let (lines, fragments) = (try seconds("F", all), try seconds("P", selection))
    #expect(fragments < 2 * lines + 0.5, "\(fragments) s for fragments, \(lines) s for lines")
  }

  /// The processor time that this thread has used, in seconds.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func `a missing file and a path that is not a regular file are errors`() throws {
    let log = try LogDirectory()
    #expect(throws: LogError.missing(log.log)) { try log.read() }
    mkfifo(log.log, 0o600)
    #expect(throws: LogError.notAFile(log.log)) { try log.read() }
    unlink(log.log)
    mkdir(log.log, 0o700)
    #expect(throws: LogError.notAFile(log.log)) { try log.read() }
    #expect(throws: LogError.missing("")) { _ = try ContainerLog("", LogSelection()) }
    #expect(throws: LogError.missing("\(log.log)/x\0y")) { _ = try ContainerLog("\(log.log)/x\0y", LogSelection()) }
  }

  @Test func `an error of the output is not reported as an error of the log`() throws {
    let selection = LogSelection()
    let full = Descriptor(owning: try retrying { open("/dev/full", O_WRONLY | O_CLOEXEC) })
    var printer = LinePrinter(selection, to: LogOutput(output: full.rawValue, errors: full.rawValue, isCombined: true))
    let directory = try LogDirectory(Records.cri("oF a"))
    var log = try ContainerLog(directory.log, selection)
    #expect(throws: LogError.output(.noSpace)) {
      try log.read(into: &printer)
      try log.finish(&printer)
    }
  }
}
