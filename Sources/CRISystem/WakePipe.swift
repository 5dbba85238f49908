internal import Glibc

/// Wakes a thread that sits in poll(2).
package struct WakePipe: ~Copyable, Sendable {
  private let reader: Descriptor
  private let writer: Descriptor

  package init() throws(Errno) {
    let (reader, writer) = try UnixSocket.pair()
    self.reader = Descriptor(owning: reader)
    self.writer = Descriptor(owning: writer)
  }

  /// The end to poll for reading.
  package var descriptor: Int32 { reader.rawValue }

  /// Makes the reading end readable. A full pipe is as good as a written byte.
  package borrowing func wake() {
    var byte: UInt8 = 1
    _ = Glibc.send(writer.rawValue, &byte, 1, Int32(MSG_NOSIGNAL))
  }

  /// Takes all bytes out again.
  package borrowing func drain() {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
      while let count = try? reader.read(into: buffer), count == buffer.count {}
    }
  }
}
