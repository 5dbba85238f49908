// swift-format-ignore-file: NeverForceUnwrap
internal import Glibc

/// Many bytes, made and compared as fast without optimisation as with it.
package enum Bytes {
  /// `count` bytes in which no two places look alike at a glance.
  package static func pattern(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<min(count, 251) { buffer[index] = UInt8(index) }
      filled = min(count, 251)
      while filled < count {
        let more = min(filled, count - filled)
        memcpy(buffer.baseAddress! + filled, buffer.baseAddress!, more)
        filled += more
      }
    }
  }

  package static func same(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count
      && one.withUnsafeBytes { a in
        other.withUnsafeBytes { b in one.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, one.count) == 0 }
      }
  }
}
