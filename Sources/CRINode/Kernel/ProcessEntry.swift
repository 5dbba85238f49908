/// A line of `/proc/PID/stat`.
struct ProcessEntry: Hashable, Sendable {
  var pid: Int32
  /// The program's name, truncated to 15 bytes.
  var name: String
  var state: String
  var parent: Int32
  /// The start time in clock ticks after boot.
  var startTime: UInt64

  /// Returns nil if the text is not such a line.
  init?(stat: [UInt8]) {
    // The name may contain anything, including spaces and parentheses, so it ends at the last closing parenthesis.
    guard let open = stat.firstIndex(of: UInt8(ascii: "(")), let close = stat.lastIndex(of: UInt8(ascii: ")")),
      open < close, let pid = Self.number(stat[..<open].dropLast()).flatMap({ Int32(exactly: $0) })
    else { return nil }
    // The fields from the third on.
    let fields = stat[(close + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
    guard fields.count > 19, let parent = Self.number(fields[1]).flatMap({ Int32(exactly: $0) }),
      let startTime = Self.number(fields[19])
    else { return nil }
    self.pid = pid
    name = String(decoding: stat[(open + 1)..<close], as: UTF8.self)
    state = String(decoding: fields[0], as: UTF8.self)
    self.parent = parent
    self.startTime = startTime
  }

  var isAlive: Bool { state != "Z" && state != "X" }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    UInt64(String(decoding: digits, as: UTF8.self))
  }
}
