internal import CRIShims
internal import Glibc

extension Span<UInt8> {
  /// The first position of a byte at or after `start`, or nil. The corresponding C function is `memchr`.
  package func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    precondition(start >= 0 && start <= count)
    return withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = memchr(base + start, Int32(byte), bytes.count - start) else {
        return nil
      }
      return UnsafeRawPointer(found) - base
    }
  }

  /// The last position of a byte before `end`, or nil. The corresponding C function is `memrchr`.
  package func lastIndex(of byte: UInt8, before end: Int) -> Int? {
    precondition(end >= 0 && end <= count)
    return withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = memrchr(base, Int32(byte), end) else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }
}

extension [UInt8] {
  /// Appends bytes. The corresponding C function is `memcpy`.
  package mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  /// Moves `range` to the front. The bytes after it are undefined. The corresponding C function is `memmove`.
  package mutating func moveToFront(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      memmove(base, base + range.lowerBound, range.count)
    }
  }
}
