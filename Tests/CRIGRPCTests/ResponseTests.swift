import CRIGRPC
import TestSupport
import Testing

extension WireTests {
  /// How the bytes of a response are interpreted: framing, status and headers.
  @Suite(.timeLimit(.minutes(2)))
  struct ResponseTests {
    static let framing: [Reply] = [
      Reply("a message", { $0 == .success([1, 2, 3]) }) { Frame.response($0, [1, 2, 3]) },
      Reply("an empty message", { $0 == .success([]) }) { Frame.response($0, []) },
      Reply("a message that is split over frames", { $0 == .success([1, 2, 3]) }) { stream in
        Frame.responseHeaders(stream) + Frame.message([1, 2, 3]).flatMap { Frame.data(stream, [$0]) }
          + Frame.data(stream, []) + Frame.trailers(stream)
      },
      Reply("padded data", { $0 == .success([9]) }) {
        Frame.responseHeaders($0)
          + Frame.raw(type: 0, flags: 8, stream: $0, [3] + Frame.message([9]) + [0, 0, 0])
          + Frame.trailers($0)
      },
      Reply("100 Continue before the response", { $0 == .success([9]) }) {
        Frame.headers($0, [(":status", "100")]) + Frame.response($0, [9])
      },
      Reply("frames of unknown types", { $0 == .success([9]) }) {
        Frame.raw(type: 99, flags: 0xff, stream: $0, [1, 2, 3]) + Frame.response($0, [9])
          + Frame.raw(type: 200, stream: 0, [])
      },
      Reply("headers without trailers", { $0.isUndecodable("grpc-status") }) {
        Frame.responseHeaders($0) + Frame.data($0, Frame.message([1]), endStream: true)
      },
      Reply("headers that end the stream", { $0.isUndecodable("grpc-status") }) {
        Frame.headers($0, Frame.responseFields, endStream: true)
      },
      Reply("trailers without a status", { $0.isUndecodable("grpc-status") }) {
        Frame.responseHeaders($0) + Frame.data($0, Frame.message([1]))
          + Frame.headers($0, [("x", "y")], endStream: true)
      },
      Reply("a message that is longer than its prefix", { $0.isUndecodable("truncated") }) {
        good($0, Frame.message([1, 2, 3], length: 1))
      },
      Reply("a message that is two bytes shorter than its prefix", { $0.isUndecodable("2 bytes are missing") }) {
        good($0, Frame.message([1, 2, 3], length: 5))
      },
      Reply("half a prefix", { $0.isUndecodable("truncated") }) { good($0, [0, 0]) },
      Reply("a compressed message", { $0.isUndecodable("compressed") }) {
        good($0, Frame.message([1], compressed: 1))
      },
      Reply("an invalid compression flag", { $0.isUndecodable("begins with the byte 2") }) {
        good($0, Frame.message([1], compressed: 2))
      },
      Reply(
        "a prefix that claims 4 GiB",
        { $0 == .failure(.responseTooLarge(method: method, size: 4_294_967_295, limit: 64 << 20)) }
      ) { good($0, Frame.message([1], length: .max)) },
      Reply(
        "a prefix that claims one byte more than the limit",
        { $0 == .failure(.responseTooLarge(method: method, size: 64 << 20 + 1, limit: 64 << 20)) }
      ) { good($0, Frame.message([1], length: 64 << 20 + 1)) },
      Reply("two messages", { $0.isUndecodable("more than one") }) {
        good($0, Frame.message([1]) + Frame.message([2]))
      },
      Reply("no message", { $0.isUndecodable("no message") }) { good($0, []) },
      Reply("trailers only, with status OK", { $0.isUndecodable("no message") }) {
        Frame.headers($0, Frame.responseFields + [("grpc-status", "0")], endStream: true)
      },
    ]

    static let statuses: [Reply] =
      [
        Reply("trailers only, with an error", { $0.isStatus(.notFound, "no such pod") }) {
          Frame.headers(
            $0, Frame.responseFields + [("grpc-status", "5"), ("grpc-message", "no such pod")],
            endStream: true)
        },
        Reply("a message, then an error", { $0.isStatus(.internal, "") }) {
          Frame.responseHeaders($0) + Frame.data($0, Frame.message([1])) + Frame.trailers($0, status: "13")
        },
        Reply("an error, then RST_STREAM", { $0.isStatus(.notFound, "gone") }) {
          Frame.responseHeaders($0) + Frame.trailers($0, status: "5", message: "gone")
            + Frame.rst($0, code: 0)
        },
        Reply("a timeout of the runtime's own", { $0.isStatus(.deadlineExceeded, "pull: i/o timeout") }) {
          Frame.headers(
            $0, Frame.responseFields + [("grpc-status", "4"), ("grpc-message", "pull: i/o timeout")],
            endStream: true)
        },
        Reply("a truncated message with an error", { $0.isStatus(.aborted) }) {
          Frame.responseHeaders($0) + Frame.data($0, [0, 0, 0, 0, 9, 1]) + Frame.trailers($0, status: "10")
        },
      ]
      + [
        ("abc", nil), ("", nil), ("-1", nil), ("+5", nil), ("5x", nil), ("0x5", nil),
        ("17", StatusCode.unknown),
        ("99999", .unknown), ("99999999999999999999999", .unknown), ("2", .unknown), ("05", .notFound),
        ("16", .unauthenticated),
      ]
      .map { text, code in
        Reply(
          "grpc-status \(text)",
          { outcome in
            code.map { outcome.isStatus($0) } ?? outcome.isUndecodable("grpc-status")
          }
        ) {
          Frame.responseHeaders($0) + Frame.trailers($0, status: text)
        }
      }

    static let messages: [Reply] = [
      ("a%20b", "a b"), ("100%", "100%"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%C3%A9t%C3%a9", "été"),
      ("%F0%9F%90%B3 whale", "🐳 whale"), ("%ff%FE", "\u{fffd}\u{fffd}"), ("%25", "%"), ("%2525", "%25"),
      ("%0A%1b[31m", "\n\u{1b}[31m"), ("%C3", "\u{fffd}"), ("%%20", "% "), ("%1", "%1"), ("", ""),
      ("%+1", "%+1"),
      // grpc-go sends a trailing space unencoded.
      ("controller by ", "controller by "),
    ].map { (encoded: String, decoded: String) in
      Reply("grpc-message \(encoded)", { $0.isStatus(.unavailable, decoded) }) {
        Frame.responseHeaders($0) + Frame.trailers($0, status: "14", message: encoded)
      }
    }

    static let headers: [Reply] =
      [
        ("text/html", false), ("application/json", false), ("application/grpc", true),
        ("application/grpc+proto", true),
        ("application/grpc;charset=utf-8", true), ("application/grpc-web", false),
        ("application/grpcx", false),
        ("application/GRPC", true),
      ].map { (type: String, isGood: Bool) in
        Reply("content-type \(type)", { isGood ? $0 == .success([1]) : $0.isNotGRPC(type) }) {
          Frame.headers($0, [(":status", "200"), ("content-type", type)]) + Frame.data($0, Frame.message([1]))
            + Frame.trailers($0)
        }
      }
      + [
        Reply("no content-type", { $0.isNotGRPC("content type") }) {
          Frame.headers($0, [(":status", "200")])
        },
        Reply("HTTP 503", { $0.isNotGRPC("503") }) {
          Frame.headers($0, [(":status", "503"), ("content-type", "text/plain")])
            + Frame.data($0, [65], endStream: true)
        },
        Reply("HTTP 404 without a body", { $0.isNotGRPC("404") }) {
          Frame.headers($0, [(":status", "404")], endStream: true)
        },
        Reply("HTTP 204", { $0.isNotGRPC("204") }) {
          Frame.headers($0, [(":status", "204")], endStream: true)
        },
      ]

    /// The mapping is from the specification "gRPC over HTTP2", section "Errors".
    static let resets: [Reply] = [
      (0, StatusCode.internal), (1, .internal), (2, .internal), (3, .internal), (4, .internal),
      (5, .internal),
      (6, .internal), (8, .cancelled), (9, .internal), (10, .internal), (11, .resourceExhausted),
      (12, .permissionDenied), (13, .internal), (14, .internal), (.max, .internal),
    ].map { (number: UInt32, status: StatusCode) in
      Reply("RST_STREAM(\(number))", { $0.isStatus(status) }) { Frame.rst($0, code: number) }
    }

    @Test(arguments: framing + statuses + messages + headers + resets)
    func `a response gives the expected outcome, and the connection stays usable`(_ reply: Reply)
      async throws
    {
      let result = try await outcomes(of: reply.bytes)
      #expect(reply.isExpected(result.first), "\(result.first)")
      #expect(result.second == .success([42]))
      #expect(result.connections == 1)
    }

    private static func good(_ stream: Int32, _ body: [UInt8]) -> [UInt8] {
      Frame.responseHeaders(stream) + Frame.data(stream, body) + Frame.trailers(stream)
    }
  }
}
