internal import CRIHTTP2
internal import CRISystem

/// One request, and the way to answer it.
package struct ServerCall: Sendable {
  /// Such as `/runtime.v1.RuntimeService/Version`.
  package let method: String
  /// The request's headers, names in lower case.
  package let metadata: [(name: String, value: String)]
  /// What `grpc-timeout` says.
  package let timeout: Duration?
  package let message: [UInt8]
  private let stream: ServerStream
  private let hasResponded = Locked(false)

  init(method: String, headers: [Header], message: [UInt8], stream: ServerStream) {
    self.method = method
    metadata = headers.filter { !$0.name.hasPrefix(":") }.map { ($0.name, $0.value) }
    timeout = headers["grpc-timeout"].flatMap(Timeout.decode)
    self.message = message
    self.stream = stream
  }

  /// Sends a message; a streaming method sends many.
  package func send(_ message: [UInt8]) {
    respond()
    stream.send(MessageAssembler.frame(message))
  }

  /// Ends the call. Without a message before it, the answer is trailers only.
  package func finish(_ code: StatusCode = .ok, _ words: String = "") {
    var trailers = [Header("grpc-status", "\(code.rawValue)")]
    if !words.isEmpty { trailers.append(Header("grpc-message", PercentEncoding.encode(words))) }
    if hasResponded.withLock({ $0 }) {
      stream.finish(trailers)
    } else {
      stream.respond(Self.headers + trailers, endStream: true)
    }
  }

  /// Ends the stream with RST_STREAM and this HTTP/2 code.
  package func reset(code: UInt32) { stream.reset(ErrorCode(rawValue: code)) }

  /// Ends the whole connection in the middle of everything.
  package func closeConnection() { stream.closeConnection() }

  private func respond() {
    let isFirst = hasResponded.withLock { hasResponded in
      defer { hasResponded = true }
      return !hasResponded
    }
    if isFirst { stream.respond(Self.headers) }
  }

  private static let headers = [Header(":status", "200"), Header("content-type", "application/grpc")]
}
