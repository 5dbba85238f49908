internal import CRISystem

/// The records of an extended header that apply to the next entry (POSIX.1-2017, pax, "pax Extended Header").
struct PaxRecords {
  var path: [UInt8]?
  var linkPath: [UInt8]?
  var size: Int?
  var owner: UInt32?
  var group: UInt32?
  var modified: FileTime?

  init() {}

  /// - Parameter bytes: Lines of the form `LENGTH KEY=VALUE`, where the length is that of the line in bytes.
  init(_ bytes: [UInt8]) throws(TarFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let space = rest.prefix(20).firstIndex(of: UInt8(ascii: " ")), let length = Self.number(rest[..<space]),
        length <= rest.count, length > space - rest.startIndex + 1
      else { throw .invalidRecord }
      let line = rest[(space + 1)..<(rest.startIndex + length)]
      rest = rest[(rest.startIndex + length)...]
      guard line.last == UInt8(ascii: "\n"), let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
        throw .invalidRecord
      }
      try set(String(decoding: line[..<equals], as: UTF8.self), Array(line[(equals + 1)...].dropLast()))
    }
  }

  private mutating func set(_ key: String, _ value: [UInt8]) throws(TarFailure) {
    switch key {
    case "path": path = value
    case "linkpath": linkPath = value
    case "size":
      guard let number = Self.number(value[...]), number <= Int.max / 2 else { throw .invalidRecord }
      size = number
    case "uid": owner = try Self.id(value)
    case "gid": group = try Self.id(value)
    case "mtime": modified = try Self.time(value)
    case let key where key.hasPrefix("GNU.sparse."): throw .sparse
    default: break
    }
  }

  private static func id(_ value: [UInt8]) throws(TarFailure) -> UInt32 {
    guard let number = number(value[...]), let id = UInt32(exactly: number) else { throw .invalidRecord }
    return id
  }

  /// A decimal number with an optional sign and fraction.
  private static func time(_ value: [UInt8]) throws(TarFailure) -> FileTime {
    let isNegative = value.first == UInt8(ascii: "-")
    let parts = value.dropFirst(isNegative ? 1 : 0).split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, let seconds = number(whole) else { throw .invalidRecord }
    let digits = parts.count > 1 ? Array(parts[1].prefix(9)) : []
    guard let fraction = digits.isEmpty ? 0 : number(digits[...]) else { throw .invalidRecord }
    var nanoseconds = Int64(fraction)
    for _ in digits.count..<9 { nanoseconds *= 10 }
    guard isNegative else { return FileTime(seconds: Int64(seconds), nanoseconds: nanoseconds) }
    return nanoseconds == 0
      ? FileTime(seconds: -Int64(seconds))
      : FileTime(seconds: -Int64(seconds) - 1, nanoseconds: 1_000_000_000 - nanoseconds)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value = 0
    for digit in digits {
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
