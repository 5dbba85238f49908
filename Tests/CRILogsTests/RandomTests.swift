import CRILogs
import CRIProtobuf
import TestSupport
import Testing

/// Random logs, read in random ways, against a model that is too simple to be wrong.
@Suite struct RandomTests {
  private struct Record {
    var second: Int
    var stream: LogStream
    var text: String
    var endsLine: Bool
    var file: Int

    func written(isDocker: Bool) -> String {
      let time = Records.time(second)
      if isDocker {
        let text = text.replacing("\"", with: "\\\"") + (endsLine ? "\\n" : "")
        return #"{"log":"\#(text)","stream":"\#(stream.rawValue)","time":"\#(time)"}"# + "\n"
      }
      return "\(time) \(stream.rawValue) \(endsLine ? "F" : "P") \(text)\n"
    }
  }

  private struct Line {
    var second: Int
    var stream: LogStream
    var text: String
    /// The number of its last record.
    var last: Int
    /// When its last record was written.
    var end: Int
    var isOpen = true
  }

  private static func lines(of records: [Record]) -> [Line] {
    var lines: [Line] = []
    var open: [LogStream: Line] = [:]
    for (number, record) in records.enumerated() {
      var line =
        open[record.stream] ?? Line(second: record.second, stream: record.stream, text: "", last: number, end: 0)
      line.text += record.text
      line.last = number
      line.end = record.second
      line.isOpen = !record.endsLine
      open[record.stream] = record.endsLine ? nil : line
      if record.endsLine { lines.append(line) }
    }
    // What has no end is printed at the end.
    lines += LogStream.allCases.compactMap { open[$0] }
    return lines
  }

  private static func expected(_ lines: [Line], isOne: Bool) -> LogFolder.Printed {
    var (output, errors) = ("", "")
    for (number, line) in lines.enumerated() {
      if isOne, number > 0, lines[number - 1].isOpen { output += "\n" }
      let text = line.text + (line.isOpen ? "" : "\n")
      if isOne || line.stream == .stdout { output += text } else { errors += text }
    }
    return LogFolder.Printed(output, errors)
  }

  @Test(arguments: 0..<400) func `any log is read as the model has it`(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let isDocker = Bool.random(using: &random)
    let fileCount = Int.random(in: 1...3, using: &random)
    var records: [Record] = []
    var second = 0
    for file in 0..<fileCount {
      // An empty file can only be the last one: others are rotated for their size.
      for _ in 0..<Int.random(in: (file == fileCount - 1 ? 0 : 1)...12, using: &random) {
        second += Int.random(in: 0...2, using: &random)
        let text = String("ab \"é ".shuffled(using: &random).prefix(Int.random(in: 1...6, using: &random)))
        records.append(
          Record(
            second: second, stream: Int.random(in: 0...2, using: &random) == 0 ? .stderr : .stdout, text: text,
            endsLine: Int.random(in: 0...2, using: &random) > 0, file: file))
      }
    }
    let folder = try LogFolder()
    for file in 0..<fileCount {
      let name = file == fileCount - 1 ? "0.log" : "0.log.2024010\(file + 1)-120000"
      try folder.append(records.filter { $0.file == file }.map { $0.written(isDocker: isDocker) }.joined(), to: name)
    }
    for _ in 0..<8 {
      var selection = LogSelection()
      if Bool.random(using: &random) { selection.stream = LogStream.allCases.randomElement(using: &random) }
      if Bool.random(using: &random) { selection.tail = Int.random(in: 0...25, using: &random) }
      if Bool.random(using: &random) { selection.since = Records.since(Int.random(in: 0...second + 1, using: &random)) }
      let isOne = Bool.random(using: &random)
      var first = fileCount - 1
      if selection.tail != nil {
        first = 0
      } else if let since = selection.since {
        // No further than to the file that begins before.
        while first > 0, records.first(where: { $0.file == first }).map({ Records.since($0.second) >= since }) ?? true {
          first -= 1
        }
      }
      var lines = Self.lines(of: records.filter { $0.file >= first })
      lines.removeAll { line in selection.stream.map { $0 != line.stream } ?? false }
      if let tail = selection.tail {
        let kept = Set(lines.map(\.last).sorted().suffix(tail))
        lines.removeAll { !kept.contains($0.last) }
      }
      if let since = selection.since { lines.removeAll { Records.since($0.end) < since } }
      let printed = try folder.read(selection, isOne: isOne)
      #expect(
        printed == Self.expected(lines, isOne: isOne),
        "\(selection) \(isOne) got \(String(decoding: printed.output, as: UTF8.self))")
    }
  }
}
