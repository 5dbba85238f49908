import Testing

@testable import CRIStreaming

/// The server's end of the upgrade, tested with the client's.
struct UpgradeServerTests {
  @Test(arguments: StreamTransportKind.allCases, [1, 1000]) func accepts(
    _ transport: StreamTransportKind, piece: Int
  ) throws {
    let request = try UpgradeResponseTests.request(transport)
    var server = UpgradeRequestReader()
    var offer: UpgradeOffer?
    for bytes in (request.bytes + [1, 2]).split(piece) where offer == nil { offer = try server.receive(bytes) }
    let found = try #require(offer)
    #expect(found.transport == transport && found.protocols == UpgradeResponseTests.offered && found.path == "/")
    #expect(found.method == (transport == .spdy ? "POST" : "GET"))
    let reply = try #require(UpgradeResponse.accept(found, protocolName: "v4.channel.k8s.io"))
    var client = UpgradeResponseReader(to: request)
    let upgraded = try client.receive(reply + [7])
    #expect(upgraded == UpgradeResponseReader.Upgraded(protocolName: "v4.channel.k8s.io", rest: [7]))
  }

  @Test func refuses() throws {
    var client = UpgradeResponseReader(to: try UpgradeResponseTests.request(.spdy))
    let reply = UpgradeResponse.refuse(
      status: 404, reason: "Not Found", body: "no such session", acceptedProtocols: ["a"])
    let failure = UpgradeFailure.refused(
      status: 404, reason: "Not Found", body: "no such session", acceptedProtocols: ["a"])
    #expect(throws: failure) { try client.receive(reply) }
  }

  @Test func `the query is decoded`() throws {
    var reader = UpgradeRequestReader()
    let request = "GET /a%20b?port=80&port=81&c=x%2By+z&d&%zz=1&%+1=%-1 HTTP/1.1\r\nHost: h\r\n\r\n"
    let offer = try reader.receive([UInt8](request))
    #expect(offer?.path == "/a%20b" && offer?.transport == nil)
    let expected = [("port", "80"), ("port", "81"), ("c", "x+y z"), ("d", ""), ("%zz", "1"), ("% 1", "%-1")].map {
      HTTPField($0, $1)
    }
    #expect(offer?.query == expected)
  }

  @Test(arguments: [
    "GET\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "GET / HTTP/1.1\r\nA b: c\r\n\r\n",
  ]) func `an invalid request is refused`(_ text: String) {
    var reader = UpgradeRequestReader()
    #expect(throws: UpgradeFailure.self) { try reader.receive([UInt8](text)) }
  }

  @Test(arguments: [
    "Connection: Upgrade\r\nUpgrade: h2c\r\n", "Upgrade: SPDY/3.1\r\n",
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 8\r\n",
  ]) func `a request without an upgrade cannot be accepted`(_ fields: String) throws {
    var reader = UpgradeRequestReader()
    let offer = try #require(try reader.receive([UInt8]("GET / HTTP/1.1\r\n\(fields)\r\n")))
    #expect(UpgradeResponse.accept(offer, protocolName: "x") == nil)
  }
}
