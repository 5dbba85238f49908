/// A range of addresses that share their first bits, written `10.42.0.0/24`.
public struct Subnet: Hashable, Sendable, CustomStringConvertible {
  /// The first address.
  public let address: IPAddress
  /// The length of the prefix in bits.
  public let prefixLength: Int

  /// Returns nil if the text is not a subnet.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]),
      (0...address.bytes.count * 8).contains(length)
    else { return nil }
    self.address = address
    prefixLength = length
  }

  /// Whether an address is in the range.
  public func contains(_ other: IPAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    let (whole, rest) = prefixLength.quotientAndRemainder(dividingBy: 8)
    guard address.bytes[..<whole].elementsEqual(other.bytes[..<whole]) else { return false }
    return rest == 0 || (address.bytes[whole] ^ other.bytes[whole]) >> UInt8(8 - rest) == 0
  }

  /// The value as text.
  public var description: String { "\(address)/\(prefixLength)" }
}
