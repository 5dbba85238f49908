internal import Glibc

/// An open file descriptor that is closed exactly once, when its owner is released.
package struct Descriptor: ~Copyable, Sendable {
  package let rawValue: Int32

  /// Takes over an open descriptor.
  package init(owning rawValue: Int32) { self.rawValue = rawValue }

  deinit { _ = close(rawValue) }

  /// Returns the descriptor without closing it.
  package consuming func release() -> Int32 {
    let descriptor = rawValue
    discard self
    return descriptor
  }

  /// Reads the available bytes. The corresponding C function is `read`.
  /// - Returns: The number of bytes, 0 at the end, or nil if the call would block.
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int? {
    let descriptor = rawValue
    do throws(Errno) {
      return try retrying { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    } catch {
      if error == .again { return nil }
      throw error
    }
  }

  /// Writes `bytes[offset...]` to a socket without raising SIGPIPE. The corresponding C function is `send`.
  /// - Returns: The number of written bytes, or nil if the call would block.
  package borrowing func send(_ bytes: [UInt8], from offset: Int) throws(Errno) -> Int? {
    let descriptor = rawValue
    do throws(Errno) {
      return try retrying {
        bytes.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset, Int32(MSG_NOSIGNAL))
        }
      }
    } catch {
      if error == .again { return nil }
      throw error
    }
  }

  /// Shuts down both directions; a listening socket then refuses new clients. The corresponding C function is
  /// `shutdown`.
  package borrowing func shutDown() { _ = shutdown(rawValue, Int32(SHUT_RDWR)) }

  /// Writes all bytes to a file. The corresponding C function is `write`.
  package borrowing func writeAll(_ bytes: [UInt8]) throws(Errno) {
    try Self.write(bytes, to: rawValue, atMost: bytes.count) { () throws(Errno) in }
  }

  /// Writes all bytes to an inherited descriptor, such as standard output.
  ///
  /// While a `SignalWatch` is active, a signal interrupts the wait for a reader that does not read.
  /// - Parameter patience: The maximum time to wait until the descriptor is writable; nil for no limit.
  /// - Throws: `.interrupted` for such a signal; `.timedOut` after that time.
  package static func writeAll(_ bytes: [UInt8], to number: Int32, patience: Duration? = nil) throws(Errno) {
    let waits = SignalWatch.isActive || patience != nil
    // A writable pipe accepts this many bytes without blocking (pipe(7), PIPE_BUF).
    try write(bytes, to: number, atMost: waits ? 4096 : bytes.count) { () throws(Errno) in
      if waits { try SignalWatch.waitUntilWritable(number, patience: patience) }
    }
  }

  static func write(
    _ bytes: [UInt8], to number: Int32, atMost most: Int, _ wait: () throws(Errno) -> Void
  ) throws(Errno) {
    var offset = 0
    while offset < bytes.count {
      try wait()
      do throws(Errno) {
        offset += try retrying {
          bytes.withUnsafeBytes {
            Glibc.write(number, $0.baseAddress.map { $0 + offset }, min($0.count - offset, most))
          }
        }
      } catch {
        // Another process may have made the terminal or pipe non-blocking.
        guard error == .again else { throw error }
        _ = try Poll.wait([(number, false, true)], timeout: nil)
      }
    }
  }
}
