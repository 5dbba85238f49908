package import CRIProtobufC
internal import Glibc

/// Copies C memory into Swift values; long map keys, which repeat from element to element, share their storage.
package struct Lifter {
  private var keys = [String](repeating: "", count: slotCount)
  private static let slotCount = 256
  /// A String this short holds its bytes itself.
  private static let smallStringCapacity = 15

  package init() {}

  /// Text; what is not UTF-8 becomes U+FFFD, a NUL is a character as any other.
  package func string(_ data: ProtobufCBinaryData) -> String {
    String(decoding: UnsafeBufferPointer(start: data.data, count: data.len), as: UTF8.self)
  }

  package func strings(_ count: Int, _ items: UnsafeMutablePointer<ProtobufCBinaryData>?) -> [String] {
    UnsafeBufferPointer(start: items, count: items == nil ? 0 : count).map(string)
  }

  package func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
  }

  package func array<T: BitwiseCopyable>(_ count: Int, _ items: UnsafeMutablePointer<T>?) -> [T] {
    [T](UnsafeBufferPointer(start: items, count: items == nil ? 0 : count))
  }

  /// A map's key.
  package mutating func key(_ data: ProtobufCBinaryData) -> String {
    guard data.len > Self.smallStringCapacity, let start = data.data else { return string(data) }
    let slot = Self.slot(start, data.len)
    let isKnown = keys[slot].utf8.withContiguousStorageIfAvailable { known in
      guard let other = known.baseAddress, known.count == data.len else { return false }
      return memcmp(other, start, data.len) == 0
    }
    if isKnown != true { keys[slot] = string(data) }
    return keys[slot]
  }

  /// Keys often begin alike, so their length, middle and end decide.
  private static func slot(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int {
    let raw = UnsafeRawPointer(start)
    let middle = raw.loadUnaligned(fromByteOffset: (count - 8) / 2, as: UInt64.self)
    let end = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    let mixed = (middle &+ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15 ^ end &* 0xC2B2_AE3D_27D4_EB4F
    return Int(truncatingIfNeeded: (mixed ^ mixed >> 32) >> 16) & (slotCount - 1)
  }

  package func unknownFields(_ base: ProtobufCMessage) -> UnknownFields {
    guard base.n_unknown_fields > 0 else { return UnknownFields() }
    var bytes: [UInt8] = []
    for field in UnsafeBufferPointer(start: base.unknown_fields, count: Int(base.n_unknown_fields)) {
      UnknownFields.append(tag: field.tag << 3 | field.wire_type.rawValue, to: &bytes)
      bytes.append(contentsOf: UnsafeBufferPointer(start: field.data, count: field.len))
    }
    return UnknownFields(bytes: bytes)
  }
}
