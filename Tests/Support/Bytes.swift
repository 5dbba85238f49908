// swift-format-ignore-file: NeverForceUnwrap
internal import Glibc

/// Creates and compares large byte arrays quickly, even in a debug build.
package enum Bytes {
  /// Returns `count` bytes with a pattern that repeats every 251 bytes, so that misplaced bytes are noticed.
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
