import CRIStreaming
import CRISystem
import CRITLS
import TestSupport
import Testing

/// Both ends of a TLS connection in memory.
@Suite(.timeLimit(.minutes(2))) struct TLSEngineTests {
  private struct Pair {
    let client: any TLSEngine
    let server: any TLSEngine

    init() async throws {
      let files = try await TestCertificates()
      let identity = TLSClient.Identity(
        certificate: try File.read(files.certificate("good")), key: try File.read(files.key("good")))
      let trust = TLSClient.Trust.authorities(try File.read(files.certificate("authority")))
      client = try TLSClient(trust: trust).makeEngine(host: "localhost")
      server = try TLSServer(identity: identity).makeEngine(host: "")
    }

    /// - Parameter size: The number of bytes that arrive together.
    func connect(inPiecesOf size: Int = .max) throws {
      for _ in 0..<4 {
        let isDone = try client.handshake()
        try Self.pass(client, server, size)
        if try server.handshake(), isDone { return }
        try Self.pass(server, client, size)
      }
      Issue.record("the handshake is not finished")
    }

    static func pass(_ from: any TLSEngine, _ to: any TLSEngine, _ size: Int) throws {
      let bytes = from.takeOutput()
      for start in stride(from: 0, to: bytes.count, by: min(size, max(1, bytes.count))) {
        try to.receive(Array(bytes[start..<min(bytes.count, start + min(size, bytes.count))]))
        if size != .max { _ = try to.handshake() }
      }
    }
  }

  @Test func `bytes may arrive one by one`() async throws {
    let pair = try await Pair()
    try pair.connect(inPiecesOf: 1)
    let text = Array("hello".utf8)
    try pair.server.write(text, 0..<5)
    var read: [UInt8] = []
    for byte in pair.server.takeOutput() {
      try pair.client.receive([byte])
      read += try pair.client.read()
    }
    #expect(read == text)
  }

  @Test func `the end is reported only after the peer has announced it`() async throws {
    let pair = try await Pair()
    try pair.connect()
    try pair.server.write([1, 2, 3], 1..<3)
    pair.server.close()
    try pair.client.receive(pair.server.takeOutput())
    #expect(!pair.client.isEnded)
    #expect(try pair.client.read() == [2, 3])
    #expect(pair.client.isEnded)
    // The other direction is still open.
    try pair.client.write([9], 0..<1)
    try pair.server.receive(pair.client.takeOutput())
    #expect(try pair.server.read() == [9])
  }

  @Test func `changed bytes are an error, and none of them are passed on`() async throws {
    let pair = try await Pair()
    try pair.connect()
    _ = pair.server.takeOutput()
    for position in [0, 5, 20] {
      let pair = try await Pair()
      try pair.connect()
      try pair.client.receive(pair.server.takeOutput())
      _ = try pair.client.read()
      try pair.server.write([UInt8](repeating: 7, count: 100), 0..<100)
      var bytes = pair.server.takeOutput()
      bytes[position] ^= 1
      try pair.client.receive(bytes)
      #expect(throws: TLSFailure.self) { try pair.client.read() }
      #expect(!pair.client.isEnded)
    }
  }

  @Test func `a server name that is empty is refused`() throws {
    let client = try TLSClient(trust: .everything)
    #expect(throws: TLSFailure.self) { try client.makeEngine(host: "") }
  }
}
