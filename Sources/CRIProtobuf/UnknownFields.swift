/// The fields of a message that this version of the CRI does not define, unchanged.
public struct UnknownFields: Hashable, Sendable {
  /// The fields in wire format.
  public private(set) var bytes: [UInt8]

  /// Creates an empty list of fields.
  public init() { bytes = [] }

  /// Creates a list of fields.
  /// - Parameter bytes: Complete fields in wire format.
  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether the message has no unknown fields.
  public var isEmpty: Bool { bytes.isEmpty }

  static func append(tag: UInt32, to bytes: inout [UInt8]) {
    var rest = tag
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
