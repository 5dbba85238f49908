import CRISystem
import Glibc
import TestSupport
import Testing

@testable import CRINode

/// Who listens on TCP ports.
@Suite struct TCPListenerTests {
  private static let head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

  private static func row(_ local: String, _ state: String, _ user: Int) -> String {
    "   0: \(local) 00000000:0000 \(state) 00000000:00000000 00:00000000 00000000 \(user)        0 86 1 0\n"
  }

  @Test func `the users of listening sockets are found in both tables`() throws {
    let directory = try TemporaryDirectory()
    let proc = directory.path
    for path in ["\(proc)/self", "\(proc)/self/net"] { mkdir(path, 0o700) }
    let row = Self.row
    try TestFile.write(
      Self.head + row("0100007F:280F", "0A", 0) + row("0100007F:280F", "01", 7) + row("0100007F:0BB8", "0A", 8),
      to: "\(proc)/self/net/tcp")
    #expect(try TCPListeners.users(of: 10255, proc: proc) == [0])
    try TestFile.write(
      Self.head + row("00000000000000000000000000000000:280f", "0A", 1000) + "broken\n", to: "\(proc)/self/net/tcp6")
    #expect(try TCPListeners.users(of: 10255, proc: proc) == [0, 1000])
    #expect(try TCPListeners.users(of: 3000, proc: proc) == [8])
    #expect(try TCPListeners.users(of: 1, proc: proc) == [])
  }

  @Test func `a listener of this process is found in the kernel's tables`() throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    #expect(try TCPListeners.users(of: listener.localPort()) == [Environment.userID])
  }
}
