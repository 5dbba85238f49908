package import CRISystem
internal import CRIZlib
internal import Glibc

/// Decompresses a gzip file (RFC 1952) from its beginning to its end, in a fixed amount of memory.
package final class GzipReader {
  private static let block = 64 << 10
  private static let magic: [UInt8] = [0x1f, 0x8b]
  /// A file may expand to `plausibleBase` bytes, plus `plausibleRatio` bytes for each compressed byte. Logs expand to 5
  /// to 30 times their compressed size, and a decompression bomb expands to 1,000 times.
  private static let plausibleBase = 256 << 20
  private static let plausibleRatio = 64

  private let file: OpenFile
  /// zlib requires that its state never moves.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input = [UInt8](repeating: 0, count: block)
  /// The part of `input` that zlib has not consumed yet.
  private var pending = 0..<0
  /// The offset of the next compressed bytes in the file.
  private var offset = 0
  /// Whether the last member is complete; another one may follow.
  private var isBetweenMembers = false
  private var hasEnded = false
  /// The number of decompressed bytes so far.
  private var expanded = 0

  /// The damage after the bytes that were read; nil if none has been found.
  package private(set) var damage: GzipDamage?

  /// - Throws: `ENOMEM` if zlib cannot be started.
  package init(_ file: OpenFile) throws(Errno) {
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // deinit also runs after this failure, which is harmless: zlib refuses to end a stream that it has not initialized.
    guard cri_begin_inflating(stream) == Z_OK else { throw Errno(rawValue: ENOMEM) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Reads the next bytes into `buffer[index...]`.
  /// - Returns: The number of bytes; 0 at the end of the contents, and at the position of the `damage`.
  package func read(into buffer: inout [UInt8], from index: Int = 0) throws(Errno) -> Int {
    guard index < buffer.count else { return 0 }
    while !hasEnded {
      if pending.isEmpty { try refill() }
      if hasEnded { break }
      if isBetweenMembers {
        // The contents of consecutive members are concatenated.
        guard input[pending.lowerBound] == Self.magic[0] else {
          stop(.trailingGarbage)
          break
        }
        inflateReset(stream)
        isBetweenMembers = false
      }
      let (code, consumed, produced) = step(&buffer, index)
      pending = pending.dropFirst(consumed)
      switch code {
      case Z_STREAM_END: isBetweenMembers = true
      case Z_OK: break
      default: stop(.corrupt)
      }
      expanded += produced
      if expanded > Self.plausibleBase + Self.plausibleRatio * offset { stop(.implausibleSize) }
      if produced > 0 { return produced }
    }
    return 0
  }

  private func stop(_ damage: GzipDamage?) {
    hasEnded = true
    self.damage = damage
  }

  private func refill() throws(Errno) {
    let count = try file.read(at: offset, into: &input)
    let isFirst = offset == 0
    offset += count
    pending = 0..<count
    if count == 0 { return stop(isBetweenMembers ? nil : .cutShort) }
    if isFirst, !input[..<count].prefix(2).elementsEqual(Self.magic.prefix(count)) { stop(.notGzip) }
  }

  private func step(_ output: inout [UInt8], _ index: Int) -> (code: Int32, consumed: Int, produced: Int) {
    let pending = pending
    return input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.pointee.next_in = source.baseAddress.map { $0 + pending.lowerBound }
        stream.pointee.avail_in = UInt32(pending.count)
        stream.pointee.next_out = target.baseAddress.map { $0 + index }
        // zlib counts in 32 bits.
        let room = min(target.count - index, 1 << 30)
        stream.pointee.avail_out = UInt32(room)
        let code = inflate(stream, Z_NO_FLUSH)
        return (code, pending.count - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
      }
    }
  }
}
