import CRIGRPC
import CRISystem
import Glibc
import TestSupport
import Testing

extension WireTests {
  /// Paths without a server.
  @Suite(.timeLimit(.minutes(2)))
  struct ConnectTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func expect(_ errno: Errno, at path: String, sourceLocation: SourceLocation = #_sourceLocation)
      async
    {
      #expect(
        await call(Channel(path: path)) == .failure(.cannotConnect(path: path, errno)),
        sourceLocation: sourceLocation)
    }

    @Test func `a missing path is reported`() async { await expect(.noSuchFile, at: directory.file("missing")) }

    @Test func `an empty path is reported`() async { await expect(.noSuchFile, at: "") }

    @Test func `a path with a NUL is reported`() async { await expect(.noSuchFile, at: directory.file("a\0b")) }

    @Test func `a regular file is reported`() async throws {
      let path = directory.file("f")
      #expect(close(creat(path, 0o644)) == 0)
      await expect(.notASocket, at: path)
      await expect(.notADirectory, at: path + "/s")
    }

    @Test func `a directory is reported`() async { await expect(.notASocket, at: directory.path) }

    @Test func `a path that is too long is reported`() async {
      await expect(
        .nameTooLong, at: directory.file(String(repeating: "x", count: 108 - directory.path.utf8.count)))
    }

    @Test func `a socket without a listener refuses the connection`() async throws {
      _ = try UnixSocket.listen(at: directory.file("s"))
      await expect(.connectionRefused, at: directory.file("s"))
    }

    @Test func `a datagram socket is reported`() async throws {
      let path = directory.file("d")
      let datagrams = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      defer { close(datagrams) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(datagrams, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(result == 0)
      await expect(Errno(rawValue: EPROTOTYPE), at: path)
    }

    /// Runs in a child process that drops root's privileges, because root can connect to any socket.
    @Test func `a socket without permission is reported`() async {
      await #expect(processExitsWith: .success) {
        let directory = try TemporaryDirectory()
        let path = directory.file("s")
        let listener = try UnixSocket.listen(at: path)
        try #require(chmod(directory.path, 0o755) == 0 && chmod(path, 0o600) == 0)
        if getuid() == 0 {
          try #require(setgid(65534) == 0 && setuid(65534) == 0)
        } else {
          try #require(chmod(path, 0) == 0)
        }
        #expect(await call(Channel(path: path)) == .failure(.cannotConnect(path: path, .permissionDenied)))
        #expect(listener.rawValue >= 0)
      }
    }

    @Test func `a channel reconnects when the server is back`() async throws {
      let path = directory.file("s")
      let channel = Channel(path: path)
      for round in 0..<3 {
        #expect(await call(channel).error != nil)
        let server = try Server(at: path) { call in
          call.send(call.message)
          call.finish()
        }
        // The first call may still use the old connection and fail.
        #expect(await eventually { await call(channel, [UInt8(round)]) == .success([UInt8(round)]) })
        server.stop()
        #expect(await eventually { await call(channel).error?.isCannotConnect ?? false })
      }
    }

    @Test func `the peer is the listening process`() async throws {
      let server = try Server(at: directory.file("s")) { $0.finish() }
      let channel = Channel(path: directory.file("s"))
      #expect(channel.peer == nil)
      _ = await call(channel)
      #expect(channel.peer == PeerCredentials(pid: getpid(), uid: getuid(), gid: getgid()))
      server.stop()
    }
  }
}

extension WireTests {
  /// A listener whose queue of pending connections is full.
  @Suite(.timeLimit(.minutes(2)))
  struct FullQueueTests {
    /// A listener that does not accept connections, and the clients that fill its queue.
    private final class FullQueue {
      let directory: TemporaryDirectory
      let listener: Descriptor
      let waiting: [Int32]
      var path: String { directory.file("s") }

      init() throws {
        directory = try TemporaryDirectory()
        let path = directory.file("s")
        self.listener = try UnixSocket.listen(at: path, backlog: 1)
        var waiting: [Int32] = []
        while let client = try? UnixSocket.connect(to: path) { waiting.append(client.release()) }
        self.waiting = waiting
      }

      deinit { for client in waiting { close(client) } }
    }

    @Test func `a full queue fails the call at its deadline`() async throws {
      let queue = try FullQueue()
      let begin = ContinuousClock.now
      #expect(await call(Channel(path: queue.path), timeout: .milliseconds(200)).isOverdue)
      #expect(ContinuousClock.now - begin < .seconds(5))
      #expect(queue.waiting.count > 0)
    }

    @Test func `a call can be cancelled while the queue is full`() async throws {
      let queue = try FullQueue()
      let channel = Channel(path: queue.path)
      let task = Task { await call(channel, timeout: nil) }
      try await Task.sleep(for: .milliseconds(20))
      task.cancel()
      let begin = ContinuousClock.now
      #expect(await task.value == .failure(.cancelled(method: method)))
      #expect(ContinuousClock.now - begin < .seconds(5))
      #expect(queue.waiting.count > 0)
    }

    @Test func `a full queue fails a call without a deadline after 10 seconds`() async throws {
      let queue = try FullQueue()
      let begin = ContinuousClock.now
      #expect(
        await call(Channel(path: queue.path), timeout: nil)
          == .failure(.cannotConnect(path: queue.path, .again)))
      #expect(ContinuousClock.now - begin > .seconds(5))
      #expect(queue.waiting.count > 0)
    }

    @Test func `a call connects when the queue has room`() async throws {
      let queue = try FullQueue()
      let channel = Channel(path: queue.path)
      async let reply = call(channel)
      try await Task.sleep(for: .milliseconds(20))
      // Accept and drop the queued clients, then ours: its connection is then lost, but the client was able to connect.
      // It is dropped after it has sent something, because the request would be retried otherwise.
      var accepted = 0
      while accepted <= queue.waiting.count {
        guard let client = try UnixSocket.accept(on: queue.listener) else {
          await Task.yield()
          continue
        }
        accepted += 1
        guard accepted > queue.waiting.count else { continue }
        var byte: UInt8 = 0
        while try withUnsafeMutableBytes(of: &byte, { try client.read(into: $0) }) == nil { await Task.yield() }
      }
      #expect(await reply.isLost())
    }
  }
}

extension RPCError {
  var isCannotConnect: Bool { if case .cannotConnect = cause { true } else { false } }
}
