internal import Glibc

/// Wakes a thread that is waiting in poll(2).
package struct WakePipe: ~Copyable, Sendable {
  private let reader: Descriptor
  private let writer: Descriptor

  /// Creates a pipe.
  package init() throws(Errno) {
    let (reader, writer) = try UnixSocket.pair()
    self.reader = Descriptor(owning: reader)
    self.writer = Descriptor(owning: writer)
  }

  /// The descriptor to poll for reading.
  package var descriptor: Int32 { reader.rawValue }

  /// Makes the descriptor readable. This never blocks, because a full pipe is already readable.
  package borrowing func wake() {
    var byte: UInt8 = 1
    _ = Glibc.send(writer.rawValue, &byte, 1, Int32(MSG_NOSIGNAL))
  }

  /// Reads all bytes, so that the descriptor is no longer readable.
  package borrowing func drain() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while let count = try? reader.read(into: buffer), count == buffer.count {}
    }
  }
}
