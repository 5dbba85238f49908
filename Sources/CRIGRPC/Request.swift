internal import CRIHTTP2

/// One request, ready to be sent and, where it was refused unseen, sent again.
struct Request: Sendable {
  let method: String
  /// The message with its prefix.
  let body: [UInt8]
  let deadline: ContinuousClock.Instant?
  let metadata: [(name: String, value: String)]
  let userAgent: String

  /// The header fields as of now (gRPC over HTTP/2, "Requests").
  var headers: [Header] {
    var headers = [
      Header(":method", "POST"), Header(":scheme", "http"), Header(":path", method),
      Header(":authority", "localhost"), Header("content-type", "application/grpc"),
      Header("te", "trailers"), Header("user-agent", userAgent),
    ]
    if let deadline { headers.append(Header("grpc-timeout", Timeout.encode(deadline - .now))) }
    return headers + metadata.map { Header($0.name, $0.value) }
  }
}
