package import CRIProtobufC
internal import Glibc

/// Copies values from C memory to Swift. Long map keys and names share their storage, because the elements of a list
/// usually repeat them.
package struct CDecoder {
  private var keys = [String](repeating: "", count: slotCount)
  static let slotCount = 512
  /// A String of at most this many bytes does not need heap storage.
  static let smallStringCapacity = 15
  /// The heap overhead of a longer String, in bytes.
  static let storageHeader = 32

  /// The heap storage of all keys copied so far, in bytes.
  private(set) var keyStorage = 0
  /// The maximum for `keyStorage`. The estimate by `WireSizeEstimate` may be too low, because it sees the keys in the
  /// order of the wire, in which more keys may share their storage than in the order in which they are copied.
  private let keyAllowance: Int
  /// The keys of the map entries to copy, as UTF-8; nil for all.
  private let mapKeys: [[UInt8]]?

  package init(keyAllowance: Int = .max, mapKeys: [String]? = nil) {
    self.keyAllowance = keyAllowance
    self.mapKeys = mapKeys.map { $0.map { Array($0.utf8) } }
  }

  /// Whether only the entries of maps for which `copies(_:)` returns true are copied.
  package var isSelective: Bool { mapKeys != nil }

  /// Whether to copy the map entry with this key.
  package func copies(_ key: ProtobufCBinaryData) -> Bool {
    guard let mapKeys else { return true }
    return mapKeys.contains { $0.count == key.len && (key.len == 0 || memcmp($0, key.data, key.len) == 0) }
  }

  /// The error if the copied keys take more storage than `WireSizeEstimate` allowed; nil otherwise.
  func excess(elements: Int, size: Int) -> DecodeExcess? {
    guard keyStorage > keyAllowance else { return nil }
    return DecodeExcess(
      limit: .decodedSize, count: keyStorage, allowed: keyAllowance, elements: elements, size: size)
  }

  /// Copies a string. Invalid UTF-8 becomes U+FFFD, and NUL has no special meaning.
  package func string(_ data: ProtobufCBinaryData) -> String {
    String(decoding: UnsafeBufferPointer(start: data.data, count: data.len), as: UTF8.self)
  }

  /// Copies a list of strings.
  package func strings(_ count: Int, _ items: UnsafeMutablePointer<ProtobufCBinaryData>?) -> [String] {
    UnsafeBufferPointer(start: items, count: items == nil ? 0 : count).map(string)
  }

  /// Copies bytes.
  package func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
  }

  /// Copies a list of numbers.
  package func array<T: BitwiseCopyable>(_ count: Int, _ items: UnsafeMutablePointer<T>?) -> [T] {
    [T](UnsafeBufferPointer(start: items, count: items == nil ? 0 : count))
  }

  /// Copies the key of a map, or a name that many elements share.
  package mutating func key(_ data: ProtobufCBinaryData) -> String {
    guard data.len > Self.smallStringCapacity, let start = data.data else { return string(data) }
    let slot = Self.slot(start, data.len)
    let isKnown = keys[slot].utf8.withContiguousStorageIfAvailable { known in
      guard let other = known.baseAddress, known.count == data.len else { return false }
      return memcmp(other, start, data.len) == 0
    }
    if isKnown != true {
      keys[slot] = string(data)
      keyStorage += data.len + Self.storageHeader
    }
    return keys[slot]
  }

  /// Returns the slot in which a key of more than 15 bytes is kept (for tests).
  package static func keySlot(_ key: String) -> Int {
    var key = key
    return key.withUTF8 { bytes in bytes.baseAddress.map { slot($0, bytes.count) } ?? 0 }
  }

  /// Returns the slot for a key, derived from its length, middle and end, because many keys begin with the same prefix.
  /// - Parameter count: More than `smallStringCapacity`.
  static func slot(_ raw: UnsafeRawPointer, _ count: Int) -> Int {
    let middle = raw.loadUnaligned(fromByteOffset: (count - 8) / 2, as: UInt64.self)
    let end = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    let mixed = (middle &+ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15 ^ end &* 0xC2B2_AE3D_27D4_EB4F
    // The last bytes are the highest ones of `end`, so they must be shifted to the lowest bits first.
    let spread = (mixed ^ mixed >> 32) &* 0xC4CE_B9FE_1A85_EC53
    return Int(truncatingIfNeeded: spread >> 48) & (slotCount - 1)
  }

  /// Copies the unknown fields of a message.
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
