internal import Glibc

/// Buffers output to a descriptor, so that many small writes need only a few system calls. The buffer does not close
/// the descriptor.
package struct BufferedOutput: ~Copyable {
  private let descriptor: Int32
  private let memory: UnsafeMutableRawBufferPointer
  private var count = 0

  /// Creates a buffer of `capacity` bytes.
  package init(descriptor: Int32, capacity: Int = 64 << 10) {
    self.descriptor = descriptor
    memory = .allocate(byteCount: capacity, alignment: 16)
  }

  // Unflushed output is lost. A caller that does not flush has already failed to write.
  deinit { memory.deallocate() }

  /// Adds a byte.
  package mutating func append(_ byte: UInt8) throws(Errno) {
    if count == memory.count { try flush() }
    memory[count] = byte
    count += 1
  }

  /// Adds bytes. If they exceed the capacity, they are written directly.
  package mutating func append(_ bytes: Span<UInt8>) throws(Errno) {
    if bytes.count > memory.count - count { try flush() }
    guard bytes.count <= memory.count else { return try Self.write(bytes, to: descriptor) }
    bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress, let to = memory.baseAddress else { return }
      memcpy(to + count, from, source.count)
    }
    count += bytes.count
  }

  /// Writes the buffered bytes. The corresponding C function is `write`.
  package mutating func flush() throws(Errno) {
    let bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
    count = 0
    try Self.write(bytes, to: descriptor)
  }

  private static func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(Errno) {
    // The closure's types must be explicit for typed throws.
    try bytes.withUnsafeBytes { (source: UnsafeRawBufferPointer) throws(Errno) in try write(source, to: descriptor) }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(Errno) {
    var offset = 0
    while offset < bytes.count {
      do throws(Errno) {
        offset += try retrying {
          Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        }
      } catch {
        // Another process may have made the terminal or pipe non-blocking.
        guard error == .again else { throw error }
        _ = try Poll.wait([(descriptor, false, true)], timeout: nil)
      }
    }
  }
}
