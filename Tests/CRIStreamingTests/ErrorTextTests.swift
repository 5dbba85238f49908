import CRISystem
import Foundation
import Testing

@testable import CRIStreaming

/// Errors are read by people who do not know the code.
@Suite struct ErrorTextTests {
  /// Finds words that only Swift code has: camelCase, the name of a type, a case or an argument label.
  static func identifiers(in text: String) -> [String] {
    let patterns = [
      #"\b[a-z][a-z0-9]*[A-Z]\w*"#, #"\b[A-Z]\w*(Failure|Error|Status|Code|Stream|Reset|Kind|Field)\b"#,
      #"\b\w+\([a-z]\w*: "#, #"\bOptional\("#, #"\brawValue\b"#, #"\b(CRI|Swift)\w*\.\w+"#, #"\[\d+(, \d+)*\]"#,
    ]
    return patterns.flatMap { pattern in
      // A pattern that cannot be compiled fails the test.
      guard let regex = try? NSRegularExpression(pattern: pattern) else { return ["invalid pattern \(pattern)"] }
      let range = NSRange(text.startIndex..., in: text)
      return regex.matches(in: text, range: range).compactMap { Range($0.range, in: text).map { String(text[$0]) } }
    }
  }

  private static let spdy: [SPDYFailure] = [
    .unsupportedVersion(2), .malformed(frame: "SETTINGS", reason: "the length is invalid"),
    .frameTooLarge(frame: "SYN_STREAM", length: 9, limit: 8), .headersTooLarge(limit: 8), .damagedHeaders,
    .invalidStream(3, reason: "it was opened after stream 5"), .windowOverflow(stream: 0), .windowOverflow(stream: 3),
    .unreadReplies(limit: 3), .goneAway(.okay), .goneAway(SPDYGoAwayStatus(rawValue: 7)), .noMoreStreams, .outOfMemory,
  ]
  private static let webSocket: [WebSocketFailure] = [
    .protocolError("a reserved bit is set"), .invalidUTF8, .messageTooLarge(limit: 8),
  ]
  private static let channel: [ChannelFailure] = [
    .malformedBase64(channel: 2), .malformedClose([255]), .malformedClose([255, 1, 2]),
    .wrongPort(expected: 80, found: 81), .textInTunnel,
  ]
  private static let transport: [StreamingFailure] =
    spdy.map { .spdy($0) } + webSocket.map { .webSocket($0) } + channel.map { .channel($0) } + [
      .noSuchStream([HTTPField("streamtype", "data"), HTTPField("port", "80")]), .closed,
    ]
  private static let resets: [StreamReset] = [
    .spdy(.refusedStream, byPeer: true), .spdy(.flowControlError, byPeer: false),
    .spdy(SPDYStatus(rawValue: 99), byPeer: true), .webSocket(.internalError, reason: ""),
    .webSocket(.goingAway, reason: "bye"),
  ]
  private static let command: [RemoteCommandFailure] =
    transport.map { .transport($0) }
    + resets.flatMap { reset in
      RemoteStream.allCases.map { .streamRefused($0, reset) }
    } + resets.map { .noStatus("\($0)") } + [.malformedStatus("{}", reason: "no exit code"), .statusTooLarge(limit: 8)]
  private static let forward: [PortForwardError] =
    resets.map { .reset($0) } + transport.map { .connectionLost("\($0)") } + [
      .remote("connection refused"), .messageTooLarge(limit: 8),
    ]
  private static let upgrade: [UpgradeFailure] = [
    .invalidRequest("a b"), .notHTTP("SSH"), .malformedHead("no colon"), .headTooLarge(limit: 8),
    .tooManyFields(limit: 8), .redirected(status: 302, location: nil), .redirected(status: 302, location: "http://a"),
    .notUpgraded(status: 200, reason: "OK", body: "hello"),
    .refused(status: 403, reason: "Forbidden", body: "no", acceptedProtocols: ["v4.channel.k8s.io"]),
    .wrongUpgrade(expected: "SPDY/3.1", found: ""), .wrongProtocol(offered: ["v4.channel.k8s.io"], found: nil),
    .wrongAccept(expected: "a", found: nil), .unexpectedExtension("x"), .connectionEnded(received: "HTTP"),
  ]
  private static let socket: [SocketFailure] = [.system(.connectionRefused), .tls(TLSFailure(.notTLS, "no TLS"))]

  static let texts: [String] =
    transport.map { "\($0)" } + resets.map { "\($0)" } + command.map { "\($0)" } + forward.map { "\($0)" }
    + upgrade.map { "\($0)" } + socket.map { "\($0)" }
    + command.map { "\(StreamingError($0, url: "http://127.0.0.1:1/x", transport: .spdy))" }
    + forward.map { "\(StreamingError($0, url: "http://127.0.0.1:1/x", transport: .webSocket))" }
    + upgrade.map { "\(StreamingError($0, url: "http://127.0.0.1:1/x", transport: .webSocket))" }

  @Test(arguments: texts) func `the text of an error contains no identifier of the code`(text: String) {
    #expect(Self.identifiers(in: text) == [], "\(text)")
    #expect(!text.isEmpty)
  }

  @Test(arguments: [
    "spdy(CRIStreaming.SPDYFailure.damagedHeaders)", "malformed(frame: \"SETTINGS\", reason: \"x\")", "damagedHeaders",
    "HTTPField", "[1, 2]", "Optional(1)", "the stream windowOverflow", "CRIStreaming.Session",
  ]) func `an identifier in an error message is found`(text: String) {
    #expect(!Self.identifiers(in: text).isEmpty)
  }

  /// The description of a type that has none of its own consists of identifiers.
  @Test func `every error type has its own description`() throws {
    let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/CRIStreaming")
      .standardized
    let files = try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    let source = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    let types = source.matches(of: /(?:enum|struct) (\w+): (?:\w+, )*Error\b/).map { String($0.1) }
    #expect(types.count >= 9, "\(types)")
    for type in types { #expect(source.contains("extension \(type): CustomStringConvertible"), "\(type)") }
  }
}
