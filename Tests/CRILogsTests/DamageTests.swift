import CRILogs
import TestSupport
import Testing

/// Lines that are not records are reported, wherever they are and however the log is read.
@Suite struct DamageTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var notice: @Sendable (String) -> LogNotice

    init(_ name: String, _ text: String, _ notice: @escaping @Sendable (String) -> LogNotice) {
      (testDescription, self.text, self.notice) = (name, text, notice)
    }
  }

  private static let docker = #"{"log":"one\n","stream":"stdout","time":"2024-01-31T12:00:00Z"}"# + "\n"

  /// Damage at the end of a log, after readable records.
  private static let tails: [Case] = [
    Case("garbage without a line feed", "garbage") { .cutShort(path: $0, bytes: 7) },
    Case("binary garbage", "\u{1}\u{2}\u{ff}\u{0}x") { .cutShort(path: $0, bytes: 6) },
    Case("a CRI record cut in its time", "2024-01-31T12:00") { .cutShort(path: $0, bytes: 16) },
    Case("a CRI record cut in its stream", "2024-01-31T12:00:00Z stdo") { .cutShort(path: $0, bytes: 25) },
    Case("a CRI record cut after its tag", "2024-01-31T12:00:00Z stdout F") { .cutShort(path: $0, bytes: 29) },
    Case("a CRI record cut before its text", "2024-01-31T12:00:00Z stderr F ") { .cutShort(path: $0, bytes: 30) },
    Case("a fragment cut after its tag", "2024-01-31T12:00:00Z stdout P") { .cutShort(path: $0, bytes: 29) },
    Case("a Docker record cut short", #"{"log":"tw"#) { .cutShort(path: $0, bytes: 10) },
    Case("NUL bytes", String(repeating: "\0", count: 4096)) { .hole(path: $0, bytes: 4096) },
    Case("more NUL bytes than a buffer", String(repeating: "\0", count: 300_000)) { .hole(path: $0, bytes: 300_000) },
    Case("garbage with a line feed", "garbage\n") { .damaged(path: $0, lines: 1) },
    Case("NUL bytes with a line feed", "\0\0\0\n") { .damaged(path: $0, lines: 1) },
    Case("an empty line", "\n") { .damaged(path: $0, lines: 1) },
    Case("a line over the limit", String(repeating: "x", count: 3 << 20) + "\n") { .damaged(path: $0, lines: 1) },
    Case("a line over the limit without an end", String(repeating: "x", count: 3 << 20)) {
      .damaged(path: $0, lines: 1)
    },
    Case(
      "a Docker record over the limit",
      #"{"log":""# + String(repeating: "x", count: 2 << 20) + #"\n","stream":"stdout","time":"2024-01-31T12:00:00Z"}"#
        + "\n"
    ) { .damaged(path: $0, lines: 1) },
  ]

  @Test(arguments: tails, [Records.cri("oF one"), docker])
  func `readable lines are printed and the rest is reported`(item: Case, good: String) throws {
    let log = try LogDirectory(good + item.text)
    for selection in [LogSelection(), LogSelection(since: Records.since(-1_000_000)), LogSelection(tail: 1)] {
      var notices: [LogNotice] = []
      #expect(try log.read(selection, notices: &notices) == LogDirectory.Printed("one\n"), "\(selection)")
      #expect(notices == [item.notice(log.log)], "\(selection)")
    }
  }

  @Test(arguments: tails) func `a log without any record is reported too`(item: Case) throws {
    let log = try LogDirectory(item.text)
    for selection in [LogSelection(), LogSelection(since: Records.since(0)), LogSelection(tail: 5)] {
      var notices: [LogNotice] = []
      #expect(try log.read(selection, notices: &notices) == LogDirectory.Printed(""))
      #expect(!notices.isEmpty, "\(selection)")
    }
  }

  @Test func `a rotated file that ends after a tag is reported, and the fragments before it form a line`() throws {
    for (text, printed) in [("oF one", "one\nnew\n"), ("oP one", "one\nnew\n")] {
      let log = try LogDirectory(Records.cri("oF new", from: 5))
      try log.write(Array((Records.cri(text) + "\(Records.time(1)) stdout F").utf8), to: "0.log.20240131-120000")
      for selection in [LogSelection(since: Records.since(0)), LogSelection(tail: 2)] {
        var notices: [LogNotice] = []
        #expect(try log.read(selection, notices: &notices) == LogDirectory.Printed(printed), "\(text) \(selection)")
        #expect(notices == [.cutShort(path: log.directory.file("0.log.20240131-120000"), bytes: 29)])
      }
    }
  }

  @Test func `a record that is cut after its tag is not shown with its time either`() throws {
    var notices: [LogNotice] = []
    let log = try LogDirectory("2024-01-31T12:00:00Z stdout F")
    #expect(try log.read(hasTimestamps: true, notices: &notices) == LogDirectory.Printed(""))
    #expect(notices == [.cutShort(path: log.log, bytes: 29)])
  }

  @Test func `an empty log and an intact log report nothing`() throws {
    for text in ["", Records.cri("oF a", "oP b"), "\0\0\0" + Records.cri("oF a")] {
      for selection in [LogSelection(), LogSelection(since: Records.since(0)), LogSelection(tail: 5)] {
        var notices: [LogNotice] = []
        _ = try LogDirectory(text).read(selection, notices: &notices)
        #expect(notices.isEmpty, "\(text)")
      }
    }
  }
}
