import CRISystem
import Glibc
import Testing

struct DescriptorTests {
  private func isOpen(_ number: Int32) -> Bool { fcntl(number, F_GETFD) >= 0 }

  private func pair() throws -> [Int32] {
    let ends = try UnixSocket.pair()
    return [ends.0, ends.1]
  }

  /// Free descriptor numbers belong to the whole process, so this test runs in a separate process.
  @Test func `a descriptor is closed when its owner is released`() async {
    await #expect(processExitsWith: .success) {
      let number = open("/dev/null", O_RDONLY)
      do {
        let descriptor = Descriptor(owning: number)
        #expect(fcntl(descriptor.rawValue, F_GETFD) >= 0)
      }
      #expect(fcntl(number, F_GETFD) == -1)
      let released = open("/dev/null", O_RDONLY)
      #expect(Descriptor(owning: released).release() == released)
      #expect(fcntl(released, F_GETFD) >= 0)
    }
  }

  @Test func `a socket pair is non-blocking and closed on exec`() throws {
    for number in try pair() {
      #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
      #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
      close(number)
    }
  }

  @Test func `setting flags keeps the other flags`() throws {
    let file = Descriptor(owning: open("/dev/null", O_WRONLY | O_APPEND))
    try file.setFlags()
    #expect(fcntl(file.rawValue, F_GETFL) & (O_NONBLOCK | O_APPEND) == O_NONBLOCK | O_APPEND)
    #expect(fcntl(file.rawValue, F_GETFD) & FD_CLOEXEC != 0)
  }

  @Test func `sent bytes can be read`() throws {
    let ends = try pair()
    let (one, other) = (ends[0], ends[1])
    let reader = Descriptor(owning: one)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
    defer { buffer.deallocate() }
    #expect(try reader.read(into: buffer) == nil)
    do {
      let writer = Descriptor(owning: other)
      #expect(try writer.send([1, 2, 3, 4], from: 1) == 3)
      #expect(try reader.read(into: buffer) == 3)
      #expect(Array(buffer[..<3]) == [2, 3, 4])
    }
    #expect(try reader.read(into: buffer) == 0)
  }

  /// The write fails with EPIPE instead of raising a signal that would terminate the process.
  @Test func `sending without a reader is EPIPE`() throws {
    let ends = try pair()
    close(ends[1])
    let writer = Descriptor(owning: ends[0])
    #expect(throws: Errno.brokenPipe) { try writer.send([1], from: 0) }
  }

  @Test func `sending to a full socket would block`() throws {
    let ends = try pair()
    let writer = Descriptor(owning: ends[0])
    let chunk = [UInt8](repeating: 1, count: 64 << 10)
    var sent = 0
    while let count = try writer.send(chunk, from: 0) { sent += count }
    #expect(sent > 0 && sent < 64 << 20)
    close(ends[1])
  }

  @Test func writeAll() async throws {
    let ends = try pair()
    let reader = Descriptor(owning: ends[0])
    _ = fcntl(ends[1], F_SETFL, 0)
    let bytes = [UInt8](repeating: 7, count: 3 << 20)
    try Thread.detach { [end = ends[1]] in try? Descriptor(owning: end).writeAll(bytes) }
    var seen = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      _ = try Poll.wait([(reader.rawValue, true, false)], timeout: .seconds(20))
      guard let count = try reader.read(into: buffer), count > 0 else { break }
      seen += count
    }
    #expect(seen == bytes.count)
  }

  @Test func errors() {
    #expect(Errno.noSuchFile.description == "No such file or directory")
    #expect(Errno(rawValue: 99_999).description.contains("99999"))
    #expect(throws: Errno(rawValue: EBADF)) { try retrying { close(-1) } }
  }

  @Test func `an interrupted call is repeated`() throws {
    var calls = 0
    let result = try retrying { () -> Int32 in
      calls += 1
      errno = EINTR
      return calls < 4 ? -1 : 5
    }
    #expect(result == 5 && calls == 4)
  }
}
