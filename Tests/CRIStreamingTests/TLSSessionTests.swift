import CRISystem
import CRITLS
import TestSupport
import Testing

@testable import CRIStreaming

/// Sessions over TLS with our own server.
@Suite(.timeLimit(.minutes(5))) struct TLSSessionTests {
  private static func identity(_ name: String, _ files: TestCertificates) throws -> TLSClient.Identity {
    TLSClient.Identity(certificate: try File.read(files.certificate(name)), key: try File.read(files.key(name)))
  }

  private static func trust(_ name: String, _ files: TestCertificates) throws -> TLSClient.Trust {
    .authorities(try File.read(files.certificate(name)))
  }

  private static func server(
    _ behaviour: TestCommand.Behaviour, _ name: String, _ files: TestCertificates, clients: String? = nil
  ) throws -> StreamServer {
    var options = SessionTests.v5
    options.tls = try TLSServer(
      identity: try identity(name, files), clientAuthorities: try clients.map { try File.read(files.certificate($0)) })
    return try StreamServer(behaviour, options: options)
  }

  private static func open(
    _ port: UInt16, _ tls: TLSClient?, _ kind: StreamTransportKind = .spdy, host: String = "127.0.0.1",
    setupTimeout: Duration = .seconds(30)
  ) async throws -> Session {
    let options = StreamingOptions(transport: .only(kind), setupTimeout: setupTimeout, tls: tls)
    return try await Session.open(RemoteCommandStreams(stdin: true), options: options) { "https://\(host):\(port)/x" }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var server = "good"
    var trust = "authority"
    var name: String?
    var host = "127.0.0.1"
    /// The authority for client certificates, and this client's certificate.
    var clients: String?
    var client: String?
    var code: StreamingError.Code?
    var text = ""

    var testDescription: String { "\(server) \(trust) \(name ?? "-") \(host) \(clients ?? "-") \(client ?? "-")" }
  }

  @Test(arguments: [
    Case(), Case(host: "localhost"), Case(name: "node.example"), Case(name: "localhost"),
    Case(server: "named", name: "node.example"), Case(trust: "good"), Case(server: "self", trust: "self"),
    Case(server: "self", code: .untrustedCertificate, text: "self-signed certificate"),
    Case(trust: "other", code: .untrustedCertificate, text: "unable to get local issuer"),
    Case(server: "named", code: .wrongCertificateName, text: "127.0.0.1"),
    Case(name: "other.example", code: .wrongCertificateName, text: "other.example"),
    Case(server: "common", code: .wrongCertificateName, text: "127.0.0.1"),
    Case(name: "127.0.0.2", code: .wrongCertificateName, text: "127.0.0.2"),
    Case(server: "expired", code: .certificateNotValidNow, text: "expired"),
    Case(clients: "authority", client: "client"),
    Case(clients: "authority", code: .clientCertificateRefused, text: "certificate required"),
    Case(clients: "authority", client: "stranger", code: .clientCertificateRefused, text: "unknown ca"),
    Case(server: "good", client: "stranger"),
  ])
  func `a session is opened only if the certificates are right`(test: Case) async throws {
    let files = try await TestCertificates()
    let server = try Self.server(.exit(3), test.server, files, clients: test.clients)
    let tls = try TLSClient(
      trust: try Self.trust(test.trust, files), identity: try test.client.map { try Self.identity($0, files) },
      serverName: test.name)
    do {
      let session = try await Self.open(server.port, tls, host: test.host)
      #expect(test.code == nil)
      #expect(try await session.result() == .exited(status: 3))
    } catch let error as StreamingError {
      #expect(error.code == test.code && error.reason.contains(test.text), "\(error)")
    }
  }

  @Test(arguments: ["self", "expired", "named"])
  func `without verification, any certificate is accepted`(name: String) async throws {
    let files = try await TestCertificates()
    let server = try Self.server(.exit(3), name, files)
    let session = try await Self.open(server.port, try TLSClient(trust: .everything))
    #expect(try await session.result() == .exited(status: 3))
  }

  @Test func `https without TLS settings is an error`() async throws {
    do {
      _ = try await Self.open(9, nil)
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.code == .unsupportedTLS) }
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `input and output arrive unchanged`(kind: StreamTransportKind) async throws {
    let files = try await TestCertificates()
    let server = try Self.server(.cat, "good", files)
    let session = try await Self.open(server.port, try TLSClient(trust: try Self.trust("authority", files)), kind)
    let bytes = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 5) }
    async let out = session.stdout.all()
    for start in stride(from: 0, to: bytes.count, by: 100_000) {
      try await session.input.write(Array(bytes[start..<start + 100_000]))
    }
    try session.input.finish()
    #expect(await out == bytes)
    #expect(try await session.result() == .exited(status: 0))
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `output that is not read stops the command`(kind: StreamTransportKind) async throws {
    let files = try await TestCertificates()
    let server = try Self.server(.flood(64 << 20), "good", files)
    let session = try await Self.open(server.port, try TLSClient(trust: try Self.trust("authority", files)), kind)
    try await Task.sleep(for: .milliseconds(500))
    #expect(session.mailbox.waitingOutput < 4 << 20)
    var count = 0
    for await piece in session.stdout { count += piece.count }
    #expect(count == 64 << 20)
    #expect(try await session.result() == .exited(status: 0))
  }

  /// The connection ends in the handshake after 500 bytes, in the handshake or the upgrade after 2,000, and in the
  /// output after the others.
  @Test(arguments: StreamTransportKind.allCases, [500, 2000, 100_000, 4 << 20])
  func `a connection that is cut is never a success`(kind: StreamTransportKind, limit: Int) async throws {
    let files = try await TestCertificates()
    let server = try Self.server(.cat, "good", files)
    let relay = try CuttingRelay(to: server.port, afterBytes: limit)
    do {
      let session = try await Self.open(relay.port, try TLSClient(trust: try Self.trust("authority", files)), kind)
      let writer = Task { try await session.input.write([UInt8](repeating: 1, count: 8 << 20)) }
      async let out = session.stdout.all()
      let result: CommandResult
      do { result = try await session.result() } catch {
        _ = (await out, await writer.result)
        throw error
      }
      Issue.record("the session succeeded: \(result)")
    } catch let error as StreamingError { #expect(error.code == .connectionLost, "\(error)") }
  }

  @Test(arguments: StreamTransportKind.allCases)
  func `a session without a final status is not a success`(kind: StreamTransportKind) async throws {
    let files = try await TestCertificates()
    let server = try Self.server(.drop, "good", files)
    let session = try await Self.open(server.port, try TLSClient(trust: try Self.trust("authority", files)), kind)
    #expect(await session.stdout.all() == Array("before".utf8))
    let error = await failure { () async throws(StreamingError) in try await session.result() }
    #expect(
      error?.code == .connectionLost && error?.reason.contains("close_notify") == true, "\(String(describing: error))")
  }

  private func failure(_ body: () async throws(StreamingError) -> CommandResult) async -> StreamingError? {
    do throws(StreamingError) {
      _ = try await body()
      return nil
    } catch { return error }
  }

  @Test func `opening a session times out if the server never finishes the handshake`() async throws {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let start = ContinuousClock.now
    do {
      _ = try await Self.open(
        try listener.localPort(), try TLSClient(trust: .everything), setupTimeout: .milliseconds(300))
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.code == .timedOut, "\(error)") }
    #expect(.now - start < .seconds(10))
    _ = consume listener
  }

  /// TLS whose handshake accepts any number of bytes.
  private final class EndlessHandshake: TLSEngine, TLSProvider {
    let isEnded = false
    func makeEngine(host: String) -> any TLSEngine { self }
    func receive(_ bytes: [UInt8]) {}
    func handshake() -> Bool { false }
    func read() -> [UInt8] { [] }
    func write(_ bytes: [UInt8], _ range: Range<Int>) {}
    func close() {}
    func takeOutput() -> [UInt8] { [] }
  }

  @Test(.timeLimit(.minutes(1))) func `an endless handshake does not extend the deadline`()
    async throws
  {
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let port = try listener.localPort()
    let number = listener.release()
    try Thread.detach {
      let listener = Descriptor(owning: number)
      guard (try? Poll.wait([(listener.rawValue, true, false)], timeout: .seconds(30))) != nil,
        let accepted = try? TCPSocket.accept(on: listener)
      else { return }
      let (socket, zeros) = (PlainSocket(accepted), [UInt8](repeating: 0, count: 1 << 20))
      do throws(any Error) {
        while true {
          if try socket.write(zeros, from: 0) == nil {
            _ = try Poll.wait([(socket.number, false, true)], timeout: .seconds(30))
          }
        }
      } catch {}
    }
    let options = StreamingOptions(
      transport: .only(.spdy), setupTimeout: .milliseconds(300), tls: EndlessHandshake())
    do {
      _ = try await Session.open(RemoteCommandStreams(stdin: true), options: options) { "https://127.0.0.1:\(port)/x" }
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.code == .timedOut, "\(error)") }
  }

  /// What a server sends instead of a handshake. Afterwards, it closes the connection.
  private static let answers: [(bytes: [UInt8], code: StreamingError.Code)] = [
    (Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8), .tlsFailed),
    (Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), .tlsFailed), ([UInt8](repeating: 0, count: 1000), .tlsFailed),
    ([UInt8](repeating: 0xff, count: 1 << 20), .tlsFailed),
    // An alert (handshake_failure), half a record, a record that is too large, application data, a certificate of 16 MiB.
    ([21, 3, 3, 0, 2, 2, 40], .tlsFailed), ([22, 3, 3, 0, 100, 2], .connectionLost),
    ([22, 3, 3, 0xff, 0xff] + [UInt8](repeating: 2, count: 70_000), .tlsFailed),
    ([23, 3, 3, 0, 1, 0], .tlsFailed), ([22, 3, 3, 0, 4, 11, 0xff, 0xff, 0xff], .tlsFailed), ([], .connectionLost),
  ]

  @Test(arguments: answers.indices) func `a response that is not TLS is an error`(index: Int) async throws {
    let (bytes, code) = Self.answers[index]
    let listener = try TCPSocket.listen(on: .loopback(port: 0))
    let port = try listener.localPort()
    let number = listener.release()
    try Thread.detach {
      let listener = Descriptor(owning: number)
      guard (try? Poll.wait([(listener.rawValue, true, false)], timeout: .seconds(30))) != nil,
        let accepted = try? TCPSocket.accept(on: listener)
      else { return }
      var pipe = StreamPipe(PlainSocket(accepted))
      _ = try? Poll.wait([(pipe.socket.number, true, false)], timeout: .seconds(30))
      _ = pipe.read()
      pipe.output = bytes
      while !pipe.flush() { _ = try? Poll.wait([(pipe.socket.number, false, true)], timeout: .seconds(30)) }
      pipe.socket.finishWriting()
      // Reading to the end makes sure that the client receives the response.
      while case .bytes = pipe.read() { _ = try? Poll.wait([(pipe.socket.number, true, false)], timeout: .seconds(30)) }
    }
    let start = ContinuousClock.now
    do {
      _ = try await Self.open(port, try TLSClient(trust: .everything))
      Issue.record("the session was opened")
    } catch let error as StreamingError { #expect(error.code == code, "\(error)") }
    #expect(.now - start < .seconds(15))
  }

  @Test(
    arguments: [
      ("authority", "client", "client", nil), ("authority", "client", "good", "does not belong to the certificate"),
      ("authority", "client", "encrypted", "is encrypted"), ("authority", "empty", "client", "no certificate"),
      ("empty", "client", "client", "no certificate"),
      ("damaged", "client", "client", "certificate 2 of the file is damaged"),
      ("authority", "client", "empty", "the private key cannot be used"),
    ] as [(String, String, String, String?)])
  func `settings that cannot be used are an error`(
    trust: String, certificate: String, key: String, text: String?
  ) async throws {
    let files = try await TestCertificates()
    try TestFile.write("nothing\n", to: files.certificate("empty"))
    try TestFile.write("", to: files.key("empty"))
    let good = String(decoding: try File.read(files.certificate("authority")), as: UTF8.self)
    let half = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    try TestFile.write(good + half, to: files.certificate("damaged"))
    do throws(TLSFailure) {
      let identity = TLSClient.Identity(
        certificate: (try? File.read(files.certificate(certificate))) ?? [], key: (try? File.read(files.key(key))) ?? []
      )
      _ = try TLSClient(
        trust: .authorities((try? File.read(files.certificate(trust))) ?? []), identity: identity)
      #expect(text == nil)
    } catch {
      #expect(error.kind == .unusableSettings && text.map { error.reason.contains($0) } == true, "\(error)")
    }
  }
}
