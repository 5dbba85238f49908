/// Formats the time at the beginning of a line: in the record's own time zone, with nine decimal digits for alignment.
enum TimePrefix {
  private static let utc: [UInt8] = Array("+00:00".utf8)

  /// Formats a time.
  /// - Parameter text: A valid RFC 3339 time.
  /// - Returns: The formatted time with a space after it.
  static func make(_ text: Span<UInt8>) -> [UInt8] {
    var prefix: [UInt8] = []
    prefix.reserveCapacity(36)
    for index in 0..<19 { prefix.append(text[index]) }
    prefix.append(UInt8(ascii: "."))
    var position = 19
    if text[position] == UInt8(ascii: ".") {
      position += 1
      while text[position] &- 0x30 < 10 {
        if prefix.count < 29 { prefix.append(text[position]) }
        position += 1
      }
    }
    while prefix.count < 29 { prefix.append(UInt8(ascii: "0")) }
    let zone = prefix.count
    for index in position..<text.count { prefix.append(text[index]) }
    // Go writes Z for every offset of zero.
    if prefix.count - zone == 6, prefix[(zone + 1)...] == utc[1...] {
      prefix.replaceSubrange(zone..., with: [UInt8(ascii: "Z")])
    }
    prefix.append(0x20)
    return prefix
  }
}
