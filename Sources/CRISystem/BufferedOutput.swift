internal import Glibc

/// Gathers bytes for a descriptor that is not ours to close, so that many small pieces take few system calls.
package struct BufferedOutput: ~Copyable {
  private let descriptor: Int32
  private let memory: UnsafeMutableRawBufferPointer
  private var count = 0

  package init(descriptor: Int32, capacity: Int = 64 << 10) {
    self.descriptor = descriptor
    memory = .allocate(byteCount: capacity, alignment: 16)
  }

  /// What was not flushed is lost: whoever ends without flushing has failed to write.
  deinit { memory.deallocate() }

  package mutating func append(_ byte: UInt8) throws(Errno) {
    if count == memory.count { try flush() }
    memory[count] = byte
    count += 1
  }

  package mutating func append(_ bytes: Span<UInt8>) throws(Errno) {
    if bytes.count > memory.count - count { try flush() }
    guard bytes.count <= memory.count else { return try Self.write(bytes, to: descriptor) }
    bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress, let to = memory.baseAddress else { return }
      memcpy(to + count, from, source.count)
    }
    count += bytes.count
  }

  /// Writes what is gathered. The corresponding C function is `write`.
  package mutating func flush() throws(Errno) {
    let bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
    count = 0
    try Self.write(bytes, to: descriptor)
  }

  private static func write(_ bytes: Span<UInt8>, to descriptor: Int32) throws(Errno) {
    // withUnsafeBytes passes the kind of error on.
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
        // A terminal or a pipe that somebody else made non-blocking.
        guard error == .again else { throw error }
        _ = try Poll.wait([(descriptor, false, true)], timeout: nil)
      }
    }
  }
}
