internal import CRIHTTP2
package import CRISystem

/// Answers calls on a unix socket. It is what the simulated runtime stands on.
package final class Server: Sendable {
  private let listener: Listener

  /// - Parameter handle: called for each request, in a task that is cancelled when its client goes.
  package init(at path: String, handle: @escaping @Sendable (ServerCall) async -> Void) throws(Errno) {
    listener = try Listener(at: path) { RequestReader($0, handle: handle) }
  }

  /// Ends all connections at once and listens no more.
  package func stop() { listener.stop() }
}

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

/// Collects a request until its end, then has it handled.
private final class RequestReader: StreamHandler {
  private struct State {
    var headers: [Header] = []
    var assembler = MessageAssembler(limit: 64 << 20)
    var messages: [[UInt8]] = []
    var task: Task<Void, Never>?
  }

  private let stream: ServerStream
  private let handle: @Sendable (ServerCall) async -> Void
  private let state = Locked(State())

  init(_ stream: ServerStream, handle: @escaping @Sendable (ServerCall) async -> Void) {
    self.stream = stream
    self.handle = handle
  }

  func received(headers: [Header], endStream: Bool) {
    state.withLock { if $0.headers.isEmpty { $0.headers = headers } }
  }

  func received(data: [UInt8]) -> Bool {
    state.withLock { state in
      // A request that is no message is answered as an empty one would be: with the method's own error.
      state.messages += (try? state.assembler.take(data)) ?? []
    }
    return true
  }

  func ended() {
    let (stream, handle) = (stream, handle)
    state.withLock { state in
      let call = ServerCall(
        method: state.headers[":path"] ?? "", headers: state.headers, message: state.messages.first ?? [],
        stream: stream)
      state.task = Task { await handle(call) }
    }
  }

  func closed(_ failure: StreamFailure?) { state.withLock { $0.task }?.cancel() }
}
