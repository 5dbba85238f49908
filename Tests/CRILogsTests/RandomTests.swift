import CRILogs
import CRIProtobuf
import TestSupport
import Testing

/// Compares the output for random logs and selections with that of a model that is too simple to be wrong.
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
    /// The number of the line's last record.
    var lastRecord: Int
    /// The second in which the line's last record was written.
    var lastSecond: Int
    var isOpen = true
  }

  private static func lines(of records: [Record]) -> [Line] {
    var lines: [Line] = []
    var open: [LogStream: Line] = [:]
    for (number, record) in records.enumerated() {
      var line =
        open[record.stream]
        ?? Line(second: record.second, stream: record.stream, text: "", lastRecord: number, lastSecond: 0)
      line.text += record.text
      line.lastRecord = number
      line.lastSecond = record.second
      line.isOpen = !record.endsLine
      open[record.stream] = record.endsLine ? nil : line
      if record.endsLine { lines.append(line) }
    }
    // Incomplete lines are printed last.
    lines += LogStream.allCases.compactMap { open[$0] }
    return lines
  }

  private static func expected(_ lines: [Line], isCombined: Bool) -> LogDirectory.Printed {
    var (output, errors) = ("", "")
    for (number, line) in lines.enumerated() {
      if isCombined, number > 0, lines[number - 1].isOpen { output += "\n" }
      let text = line.text + (line.isOpen ? "" : "\n")
      if isCombined || line.stream == .stdout { output += text } else { errors += text }
    }
    return LogDirectory.Printed(output, errors)
  }

  @Test(arguments: 0..<400) func `any log is printed as the model predicts`(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let isDocker = Bool.random(using: &random)
    let fileCount = Int.random(in: 1...3, using: &random)
    var records: [Record] = []
    var second = 0
    for file in 0..<fileCount {
      // Only the last file can be empty, because a file is rotated only when it has reached a certain size.
      for _ in 0..<Int.random(in: (file == fileCount - 1 ? 0 : 1)...12, using: &random) {
        second += Int.random(in: 0...2, using: &random)
        let text = String("ab \"é ".shuffled(using: &random).prefix(Int.random(in: 1...6, using: &random)))
        records.append(
          Record(
            second: second, stream: Int.random(in: 0...2, using: &random) == 0 ? .stderr : .stdout, text: text,
            endsLine: Int.random(in: 0...2, using: &random) > 0, file: file))
      }
    }
    let directory = try LogDirectory()
    for file in 0..<fileCount {
      let name = file == fileCount - 1 ? "0.log" : "0.log.2024010\(file + 1)-120000"
      try directory.append(records.filter { $0.file == file }.map { $0.written(isDocker: isDocker) }.joined(), to: name)
    }
    for _ in 0..<8 {
      var selection = LogSelection()
      if Bool.random(using: &random) { selection.stream = LogStream.allCases.randomElement(using: &random) }
      if Bool.random(using: &random) { selection.tail = Int.random(in: 0...25, using: &random) }
      if Bool.random(using: &random) { selection.since = Records.since(Int.random(in: 0...second + 1, using: &random)) }
      let isCombined = Bool.random(using: &random)
      var first = fileCount - 1
      if selection.tail != nil {
        first = 0
      } else if let since = selection.since {
        // Files before the one that begins before `since` are not read.
        while first > 0, records.first(where: { $0.file == first }).map({ Records.since($0.second) >= since }) ?? true {
          first -= 1
        }
      }
      var lines = Self.lines(of: records.filter { $0.file >= first })
      lines.removeAll { line in selection.stream.map { $0 != line.stream } ?? false }
      if let tail = selection.tail {
        let kept = Set(lines.map(\.lastRecord).sorted().suffix(tail))
        lines.removeAll { !kept.contains($0.lastRecord) }
      }
      if let since = selection.since { lines.removeAll { Records.since($0.lastSecond) < since } }
      let printed = try directory.read(selection, isCombined: isCombined)
      #expect(
        printed == Self.expected(lines, isCombined: isCombined),
        "\(selection) \(isCombined) got \(String(decoding: printed.output, as: UTF8.self))")
    }
  }
}
