internal import CRIHTTP2

/// A request that is ready to be sent, and to be sent again if the runtime refused to process it.
struct Request: Sendable {
  let method: String
  /// The message with its length prefix.
  let body: [UInt8]
  let limit: CallLimit
  let keepAlive: KeepAlive?
  let authority: String
  let metadata: [(name: String, value: String)]
  let userAgent: String

  /// The header fields, with the time that remains until the deadline (gRPC over HTTP/2, "Requests").
  var headers: [Header] {
    var headers = [
      Header(":method", "POST"), Header(":scheme", "http"), Header(":path", method),
      Header(":authority", authority), Header("content-type", "application/grpc"),
      Header("te", "trailers"), Header("user-agent", userAgent),
    ]
    if let deadline = limit.deadline { headers.append(Header("grpc-timeout", Timeout.encode(deadline - .now))) }
    return headers + metadata.map { Header($0.name, $0.value) }
  }
}
