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
  /// - Parameter patience: The maximum time during which nothing is read; nil for no limit.
  /// - Throws: `.interrupted` if a signal interrupts the wait; `.timedOut` if nothing is read for longer than `patience`.
  package static func writeAll(_ bytes: [UInt8], to number: Int32, patience: Duration? = nil) throws(Errno) {
    guard SignalWatch.isActive || patience != nil else {
      return try write(bytes, to: number, atMost: bytes.count) { () throws(Errno) in }
    }
    if let terminal = nonBlockingTerminal(number) {
      try write(bytes, toReady: terminal.rawValue, patience)
    } else {
      try write(bytes, toReady: number, patience)
    }
  }

  private static func write(_ bytes: [UInt8], toReady number: Int32, _ patience: Duration?) throws(Errno) {
    var progress = ContinuousClock.now
    // A writable pipe accepts this many bytes without blocking (pipe(7), PIPE_BUF).
    try write(bytes, to: number, atMost: 4096, onProgress: { progress = .now }) { () throws(Errno) in
      try SignalWatch.wait(for: (number, false, true), until: SignalWatch.patience(patience).map { progress + $0 })
    }
  }

  /// A writable terminal may accept fewer bytes than are written to it, and a write of the others blocks. The terminal is
  /// opened again, because O_NONBLOCK of the inherited descriptor would apply to other processes too.
  /// - Returns: nil if it is not a terminal, or if it cannot be opened again.
  private static func nonBlockingTerminal(_ number: Int32) -> Descriptor? {
    guard isatty(number) == 1 else { return nil }
    let opened = open("/proc/self/fd/\(number)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    return opened < 0 ? nil : Descriptor(owning: opened)
  }

  /// - Parameter wait: Called before each write.
  static func write(
    _ bytes: [UInt8], to number: Int32, atMost most: Int, onProgress: () -> Void = {}, _ wait: () throws(Errno) -> Void
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
        onProgress()
      } catch {
        // Another process may have made the terminal or pipe non-blocking.
        guard error == .again else { throw error }
        _ = try Poll.wait([(number, false, true)], timeout: .milliseconds(100))
      }
    }
  }
}
