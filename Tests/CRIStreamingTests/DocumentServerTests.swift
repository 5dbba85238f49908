import CRIStreaming
import CRISystem
import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct DocumentServerTests {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("documents.sock")
  }

  private func server() throws -> DocumentServer {
    try DocumentServer(on: .unix(path)) { request in
      request.path == "/hello"
        ? .init(.ok, "hello, \(request.host ?? "nobody")") : .init(.notFound, Array(repeating: 0x78, count: 1 << 20))
    }
  }

  /// Sends bytes, and returns everything that the server sends until it closes the connection.
  private static func ask(_ path: String, _ request: String) async throws -> String {
    let number = try UnixSocket.connect(to: path).release()
    return await onThread {
      let socket = Descriptor(owning: number)
      _ = try? socket.send(Array(request.utf8), from: 0)
      var bytes: [UInt8] = []
      while (try? Poll.wait([(number, true, false)], timeout: .seconds(20))) != nil,
        let more = try? socket.readBytes(1 << 16) ?? [], !more.isEmpty
      { bytes += more }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test func `a document is served with its length, and the connection is closed`() async throws {
    let server = try server()
    let text = try await Self.ask(path, "GET /hello?x=1 HTTP/1.1\r\nHost: node\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\nhello, node\n"))
    #expect(text.contains("Content-Length: 12\r\n") && text.contains("Connection: close\r\n"))
    let head = try await Self.ask(path, "HEAD /hello HTTP/1.0\r\n\r\n")
    #expect(head.contains("Content-Length: 14\r\n") && head.hasSuffix("\r\n\r\n"))
    let large = try await Self.ask(path, "GET / HTTP/1.1\r\n\r\n")
    #expect(large.hasPrefix("HTTP/1.1 404 ") && large.utf8.count > 1 << 20)
    withExtendedLifetime(server) {}
  }

  @Test(
    arguments: [
      ("POST /hello HTTP/1.1\r\n\r\n", 405), ("GET http://node/hello HTTP/1.1\r\n\r\n", 400),
      ("GET /hello\r\n\r\n", 400), ("GET /hello HTTP/2.0\r\n\r\n", 400), ("\u{1}\r\n\r\n", 400),
      ("GET /hello HTTP/1.1\r\nX: \(String(repeating: "x", count: 20_000))", 400),
      ("GET /hello HTTP/1.1\r\n\(String(repeating: "X: x\r\n", count: 200))\r\n", 400),
    ])
  func `a request that is not a plain GET is an error`(request: String, status: Int) async throws {
    let server = try server()
    #expect(try await Self.ask(path, request).hasPrefix("HTTP/1.1 \(status) "))
    withExtendedLifetime(server) {}
  }

  @Test func `clients that send nothing delay the others for at most the time limit`() async throws {
    let server = try server()
    var silent: [Int32] = []
    for _ in 0..<(DocumentServer.maximumConnections + 10) {
      silent.append(try UnixSocket.connect(to: path).release())
    }
    let start = ContinuousClock.now
    let text = try await Self.ask(path, "GET /hello HTTP/1.1\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 200 "))
    #expect(.now - start < DocumentServer.timeLimit * 2 + .seconds(5))
    for number in silent { close(number) }
    withExtendedLifetime(server) {}
  }

  @Test func `only the owner can connect to the socket, and a released server does not listen`() async throws {
    var server: DocumentServer? = try server()
    #expect(try File.status(of: path).permissions & 0o022 == 0)
    #expect(UnixSocket.isServed(path) && server != nil)
    server = nil
    #expect(await eventually(within: .seconds(10)) { !UnixSocket.isServed(path) })
  }

  @Test(.enabled(if: geteuid() == 0, "needs root: only root can give files to other users"))
  func `a link of another user in the path of a socket is not followed`() throws {
    #expect(mkdir(directory.file("secret"), 0o700) == 0 && symlink("secret", directory.file("link")) == 0)
    #expect(lchown(directory.file("link"), 65_534, 65_534) == 0)
    #expect(throws: FileError.self) {
      try DocumentServer(on: .unix(directory.file("link/x.sock"))) { _ in .init(.ok, "") }
    }
    #expect(TemporaryDirectory.names(in: directory.file("secret")).isEmpty)
  }

  @Test func `a socket file is removed at the end, and one without a listener is replaced`() throws {
    for _ in 1...2 {
      let server = try server()
      #expect(throws: FileError.system(.addressInUse)) { try DocumentServer(on: .unix(path)) { _ in .init(.ok, "") } }
      withExtendedLifetime(server) {}
    }
    #expect(TemporaryDirectory.names(in: directory.path).isEmpty)
  }

  @Test func `a port is chosen by the kernel`() throws {
    let server = try DocumentServer(on: .tcp(.loopback(port: 0))) { _ in .init(.ok, "") }
    guard case .tcp(let address) = server.address else { return #expect(Bool(false)) }
    #expect(address.port > 0 && server.address.isLocal)
    #expect(!DocumentServer.Address.tcp(SocketAddress(bytes: [10, 0, 0, 1], port: 1)).isLocal)
  }
}
