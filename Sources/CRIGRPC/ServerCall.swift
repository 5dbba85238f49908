internal import CRIHTTP2
internal import CRISystem

/// One request, with the methods to respond to it.
package struct ServerCall: Sendable {
  /// The path of the method, such as `/runtime.v1.RuntimeService/Version`.
  package let method: String
  /// The headers of the request. The names are in lower case.
  package let metadata: [(name: String, value: String)]
  /// The timeout from `grpc-timeout`; nil if the client did not set one.
  package let timeout: Duration?
  /// The request message.
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

  /// Sends a response message. Only a streaming method may send more than one.
  package func send(_ message: [UInt8]) {
    respond()
    stream.send(MessageAssembler.frame(message))
  }

  /// Ends the call. If no message was sent, the response consists of trailers only.
  package func finish(_ code: StatusCode = .ok, _ message: String = "") {
    var trailers = [Header("grpc-status", "\(code.rawValue)")]
    if !message.isEmpty { trailers.append(Header("grpc-message", PercentEncoding.encode(message))) }
    if hasResponded.withLock({ $0 }) {
      stream.finish(trailers)
    } else {
      stream.respond(Self.headers + trailers, endStream: true)
    }
  }

  /// Resets the stream with RST_STREAM and the given HTTP/2 error code.
  package func reset(code: UInt32) { stream.reset(ErrorCode(rawValue: code)) }

  /// Closes the whole connection, including all other calls on it.
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
