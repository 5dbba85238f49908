/// A record's time as lines begin with it: its own zone, and nine digits so that columns stand below each other.
enum TimePrefix {
  private static let utc: [UInt8] = Array("+00:00".utf8)

  /// - Parameter text: RFC 3339, checked.
  /// - Returns: it with the blank that follows.
  static func make(_ text: Span<UInt8>) -> [UInt8] {
    var prefix: [UInt8] = []
    prefix.reserveCapacity(36)
    for index in 0..<19 { prefix.append(text[index]) }
    prefix.append(UInt8(ascii: "."))
    var at = 19
    if text[at] == UInt8(ascii: ".") {
      at += 1
      while text[at] &- 0x30 < 10 {
        if prefix.count < 29 { prefix.append(text[at]) }
        at += 1
      }
    }
    while prefix.count < 29 { prefix.append(UInt8(ascii: "0")) }
    let zone = prefix.count
    for index in at..<text.count { prefix.append(text[index]) }
    // Go writes Z wherever the offset is zero.
    if prefix.count - zone == 6, prefix[(zone + 1)...] == utc[1...] {
      prefix.replaceSubrange(zone..., with: [UInt8(ascii: "Z")])
    }
    prefix.append(0x20)
    return prefix
  }
}
