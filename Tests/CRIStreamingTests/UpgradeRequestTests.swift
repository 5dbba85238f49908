import Testing

@testable import CRIStreaming

struct UpgradeRequestTests {
  @Test func spdy() throws {
    let request = try UpgradeRequest.spdy(
      target: "/exec/abc?x=1", host: "127.0.0.1:41", protocols: ["v5.channel.k8s.io", "v4.channel.k8s.io"],
      fields: [HTTPField("User-Agent", "test")])
    #expect(
      String(decoding: request.bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false) == [
        "POST /exec/abc?x=1 HTTP/1.1", "Host: 127.0.0.1:41", "Connection: Upgrade", "Upgrade: SPDY/3.1",
        "X-Stream-Protocol-Version: v5.channel.k8s.io", "X-Stream-Protocol-Version: v4.channel.k8s.io",
        "Content-Length: 0", "User-Agent: test", "", "",
      ])
  }

  @Test func webSocket() throws {
    let request = try UpgradeRequest.webSocket(
      target: "/exec/abc", host: "localhost", protocols: ["v5.channel.k8s.io", "v4.channel.k8s.io"],
      key: WebSocketKey(text: "dGhlIHNhbXBsZSBub25jZQ=="))
    #expect(
      String(decoding: request.bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false) == [
        "GET /exec/abc HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io", "", "",
      ])
    // The example from RFC 6455, section 1.3.
    #expect(request.key?.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  /// A runtime must not be able to add lines to the request.
  @Test(arguments: ["/a b", "/a\r\nX: y", "", "/\u{7f}", "/ä"]) func `an invalid target is refused`(_ target: String) {
    #expect(throws: UpgradeFailure.self) {
      try UpgradeRequest.spdy(target: target, host: "h", protocols: ["v4.channel.k8s.io"])
    }
    #expect(throws: UpgradeFailure.self) {
      try UpgradeRequest.spdy(target: "/", host: target, protocols: ["v4.channel.k8s.io"])
    }
  }

  @Test(arguments: [HTTPField("a b", "c"), HTTPField("a", "b\r\nc: d"), HTTPField("", "x")])
  func `an invalid header field is refused`(_ field: HTTPField) {
    #expect(throws: UpgradeFailure.self) {
      try UpgradeRequest.webSocket(target: "/", host: "h", protocols: ["p"], fields: [field])
    }
  }

  @Test func `each request has a new key`() { #expect(WebSocketKey.random() != WebSocketKey.random()) }

  /// NIST's examples, and messages whose size is close to that of a block.
  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    (String(repeating: "a", count: 63), "03f09f5b158a7a8cdad920bddc29b81c18a551f5"),
    (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
  ]) func sha1(_ text: String, _ digest: String) { #expect(SHA1.hash([UInt8](text)) == [UInt8](hex: digest)) }
}
