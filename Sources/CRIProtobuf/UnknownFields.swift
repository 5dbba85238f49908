/// The fields of a message that this version of the interface does not know, as they came.
public struct UnknownFields: Hashable, Sendable {
  /// The fields in wire format, one after the other.
  public private(set) var bytes: [UInt8]

  public init() { bytes = [] }

  /// - Parameter bytes: whole fields in wire format.
  package init(bytes: [UInt8]) { self.bytes = bytes }

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
