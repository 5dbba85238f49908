import CRISystem
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SystemLogTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Listens in the same way as the log daemon.
  private func daemon() throws -> Descriptor {
    let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(directory.file("log").utf8)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(number >= 0 && bound == 0)
    return Descriptor(owning: number)
  }

  private func received(_ daemon: borrowing Descriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(daemon.rawValue, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  @Test(arguments: [(SystemLog.Level.notice, 29), (.warning, 28)])
  func `a line has the priority, the name of the program and its process`(level: SystemLog.Level, priority: Int) throws
  {
    let daemon = try daemon()
    SystemLog(path: directory.file("log")).write("intact", level: level)
    #expect(received(daemon) == "<\(priority)>cri[\(getpid())]: intact")
  }

  @Test func `a long line is truncated`() throws {
    let daemon = try daemon()
    SystemLog(path: directory.file("log")).write(String(repeating: "x", count: 5000), level: .notice)
    let line = received(daemon)
    #expect(line.utf8.count == 1000 && line.hasSuffix("x..."))
  }

  @Test func `writing never waits and never fails`() throws {
    SystemLog(path: directory.file("missing")).write("lost", level: .notice)
    let daemon = try daemon()
    // This is more than a socket's queue can hold.
    for _ in 1...2000 {
      SystemLog(path: directory.file("log")).write(String(repeating: "x", count: 900), level: .notice)
    }
    #expect(received(daemon).hasSuffix("x"))
  }
}
