/// An IP address, independent of its notation: `fd00::1` and `FD00:0:0:0:0:0:0:1` are equal.
public struct IPAddress: Hashable, Sendable {
  /// 4 or 16 bytes in network order. An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) has 4.
  public let bytes: [UInt8]

  /// Creates an address; returns nil unless there are 4 or 16 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    let isMapped = bytes.count == 16 && bytes[..<12].elementsEqual([UInt8](repeating: 0, count: 10) + [255, 255])
    self.bytes = isMapped ? Array(bytes[12...]) : bytes
  }

  /// Parses an address, with or without a prefix length.
  public init?(_ text: some StringProtocol) {
    let address = Array(text.utf8.prefix { $0 != UInt8(ascii: "/") })[...]
    guard let bytes = Self.bytesOfIPv4(address) ?? Self.bytesOfIPv6(address) else { return nil }
    self.init(bytes: bytes)
  }

  /// Whether this is an IPv4 address.
  public var isIPv4: Bool { bytes.count == 4 }

  /// Whether the address is valid only on one link (169.254.0.0/16 or fe80::/10).
  public var isLinkLocal: Bool {
    isIPv4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
  }

  /// Whether the address is in 127.0.0.0/8, or is ::1.
  public var isLoopback: Bool {
    isIPv4 ? bytes[0] == 127 : bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  private static func bytesOfIPv4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      // Some parsers interpret a number with a leading zero as octal.
      guard let value = number(part, radix: 10, digits: 3), value < 256,
        part.count == 1 || part.first != UInt8(ascii: "0")
      else { return nil }
      bytes.append(UInt8(value))
    }
    return bytes
  }

  private static func bytesOfIPv6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    // At most one run of zeros may be written as `::`.
    let colon = UInt8(ascii: ":")
    let gaps = text.indices.dropLast().filter { text[$0] == colon && text[$0 + 1] == colon }
    guard gaps.count <= 1 else { return nil }
    guard let gap = gaps.first else {
      return bytesOfGroups(text).flatMap { $0.count == 16 ? $0 : nil }
    }
    // Only the last part of an address may be written as an IPv4 address (RFC 4291, section 2.2).
    guard !text[..<gap].contains(UInt8(ascii: ".")), let head = bytesOfGroups(text[..<gap]),
      let tail = bytesOfGroups(text[(gap + 2)...]), head.count + tail.count < 16
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func bytesOfGroups(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    if text.isEmpty { return [] }
    let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, group) in groups.enumerated() {
      if index == groups.count - 1, let last = bytesOfIPv4(group) { return bytes + last }
      guard let value = number(group, radix: 16, digits: 4) else { return nil }
      bytes += [UInt8(value >> 8), UInt8(value & 255)]
    }
    return bytes
  }

  /// Returns nil unless the text is one to `digits` digits.
  private static func number(_ text: ArraySlice<UInt8>, radix: Int, digits: Int) -> Int? {
    guard (1...digits).contains(text.count) else { return nil }
    var value = 0
    for byte in text {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
      value = value * radix + digit
    }
    return value
  }
}

extension IPAddress: CustomStringConvertible {
  /// The address in the format of RFC 5952: lower case, with the longest run of zeros shortened to `::`.
  public var description: String {
    if isIPv4 { return bytes.map(String.init).joined(separator: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    var longest = 0..<0
    var start = 0
    while start < 8 {
      let end = groups[start...].firstIndex { $0 != 0 } ?? 8
      if end - start > longest.count { longest = start..<end }
      start = max(end, start + 1)
    }
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    // A single group of zeros is not shortened.
    return longest.count < 2 ? text(0..<8) : text(0..<longest.lowerBound) + "::" + text(longest.upperBound..<8)
  }
}
