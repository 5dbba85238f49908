internal import CRIHTTP2

/// Reads one response, without I/O: headers, messages, trailers, and how it ended.
struct ResponseReader {
  let method: String
  /// The socket's path, for errors.
  let path: String
  let deadline: ContinuousClock.Instant?
  private var assembler: MessageAssembler
  private var sawHeaders = false
  private var status: RPCStatus?

  init(method: String, path: String, deadline: ContinuousClock.Instant?, limit: Int) {
    self.method = method
    self.path = path
    self.deadline = deadline
    assembler = MessageAssembler(limit: limit)
  }

  /// Nothing of the response has come.
  var isUntouched: Bool { !sawHeaders }

  mutating func take(headers: [Header], endStream: Bool) throws(RPCError) {
    if !sawHeaders {
      if let code = headers[":status"], code.hasPrefix("1") { return }
      sawHeaders = true
      guard headers[":status"] == "200" else {
        throw .notGRPC(path: path, reason: "HTTP status \(headers[":status"] ?? "missing")")
      }
      guard let type = headers["content-type"], isGRPC(type) else {
        throw .notGRPC(path: path, reason: "content type \(headers["content-type"] ?? "missing")")
      }
      guard endStream else { return }
    }
    // Trailers, or a response that is nothing but trailers.
    guard let text = headers["grpc-status"] else { return }
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .undecodable(method: method, reason: "grpc-status is \"\(text)\"")
    }
    let code = Int(text).flatMap { StatusCode(rawValue: $0) } ?? .unknown
    let message = PercentEncoding.decode(headers["grpc-message"] ?? "")
    status = RPCStatus(code: code, message: message, method: method)
  }

  /// Adds the messages that these bytes complete.
  mutating func take(data: [UInt8], _ messages: inout [[UInt8]]) throws(RPCError) {
    do throws(MessageAssembler.Failure) {
      try assembler.take(data, &messages)
    } catch {
      throw rpcError(error)
    }
  }

  /// - Returns: why the call failed, nil when it did not.
  func end(_ failure: StreamFailure?) -> RPCError? {
    if let failure {
      // A status that came before the stream was torn down is still the answer.
      if case .reset = failure, let status, status.code != .ok { return .status(status) }
      return rpcError(failure)
    }
    guard let status else {
      return .undecodable(
        method: method, reason: sawHeaders ? "ended without grpc-status" : "ended without headers")
    }
    // A runtime that stops at our deadline says so a little later than we notice ourselves. Before that,
    // the deadline is one of its own, and its words say which.
    if status.code == .deadlineExceeded && isLate { return .deadlineExceeded(method: method) }
    guard status.code == .ok else { return .status(status) }
    do throws(MessageAssembler.Failure) {
      try assembler.end()
      return nil
    } catch {
      return rpcError(error)
    }
  }

  private var isLate: Bool { deadline.map { $0 <= .now } ?? false }

  /// `application/grpc`, alone or with a message format or a parameter after it; not its relatives, as grpc-web.
  private func isGRPC(_ type: String) -> Bool {
    let name = "application/grpc"
    let type = type.lowercased()
    return type == name || type.hasPrefix(name + "+") || type.hasPrefix(name + ";")
  }

  private func rpcError(_ failure: MessageAssembler.Failure) -> RPCError {
    switch failure {
    case .compressed: .undecodable(method: method, reason: "compressed, although we accept only identity")
    case .badFlag(let flag): .undecodable(method: method, reason: failure.words(flag))
    case .tooLarge(let size): .answerTooLarge(method: method, size: size, limit: assembler.limit)
    case .cutShort(let missing): .undecodable(method: method, reason: "cut short, \(missing) bytes missing")
    }
  }

  func rpcError(_ failure: StreamFailure) -> RPCError {
    switch failure {
    case .cannotConnect(let errno): .cannotConnect(path: path, errno)
    case .notHTTP2(let words): .notGRPC(path: path, reason: "it says \"\(words)\"")
    case .protocolError(let words): .connectionLost(method: method, reason: "HTTP/2: \(words)")
    case .malformed(let words): .undecodable(method: method, reason: "HTTP/2: \(words)")
    case .connectionLost(let words): .connectionLost(method: method, reason: words)
    case .refused:
      .connectionLost(method: method, reason: "the runtime takes no more calls on this connection")
    case .deadlineExceeded: .deadlineExceeded(method: method)
    case .cancelled: .cancelled(method: method)
    case .reset(.cancel) where isLate: .deadlineExceeded(method: method)
    case .reset(let code):
      .status(RPCStatus(code: statusCode(code), message: "stream reset: \(code)", method: method))
    }
  }

  /// gRPC over HTTP/2, "Errors".
  private func statusCode(_ code: ErrorCode) -> StatusCode {
    switch code {
    case .refusedStream: .unavailable
    case .cancel: .cancelled
    case .enhanceYourCalm: .resourceExhausted
    case .inadequateSecurity: .permissionDenied
    default: .internal
    }
  }
}
