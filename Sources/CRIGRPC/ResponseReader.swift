internal import CRIHTTP2

/// Reads one response, without I/O: headers, messages, trailers, and how it ended.
struct ResponseReader {
  let method: String
  /// The socket's path, for errors.
  let path: String
  let hasDeadline: Bool
  private var assembler: MessageAssembler
  private var sawHeaders = false
  private var status: RPCStatus?

  init(method: String, path: String, hasDeadline: Bool, limit: Int) {
    self.method = method
    self.path = path
    self.hasDeadline = hasDeadline
    assembler = MessageAssembler(limit: limit)
  }

  mutating func take(headers: [Header], endStream: Bool) throws(RPCError) {
    if !sawHeaders {
      if let code = headers[":status"], code.hasPrefix("1") { return }
      sawHeaders = true
      guard headers[":status"] == "200" else {
        throw .notGRPC(path: path, reason: "HTTP status \(headers[":status"] ?? "missing")")
      }
      guard let type = headers["content-type"], type.hasPrefix("application/grpc") else {
        throw .notGRPC(path: path, reason: "content type \(headers["content-type"] ?? "missing")")
      }
      guard endStream else { return }
    }
    // Trailers, or a response that is nothing but trailers.
    guard let text = headers["grpc-status"] else { return }
    guard let number = Int(text), number >= 0 else {
      throw .undecodable(method: method, reason: "grpc-status is \(text)")
    }
    let message = PercentEncoding.decode(headers["grpc-message"] ?? "")
    status = RPCStatus(code: StatusCode(rawValue: number) ?? .unknown, message: message, method: method)
  }

  mutating func take(data: [UInt8]) throws(RPCError) -> [[UInt8]] {
    guard sawHeaders else { throw .undecodable(method: method, reason: "data before headers") }
    do throws(MessageAssembler.Failure) {
      return try assembler.take(data)
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
    if status.code == .deadlineExceeded && hasDeadline { return .deadlineExceeded(method: method) }
    guard status.code == .ok else { return .status(status) }
    do throws(MessageAssembler.Failure) {
      try assembler.end()
      return nil
    } catch {
      return rpcError(error)
    }
  }

  private func rpcError(_ failure: MessageAssembler.Failure) -> RPCError {
    switch failure {
    case .compressed: .undecodable(method: method, reason: "compressed, although we accept only identity")
    case .tooLarge(let size): .answerTooLarge(method: method, size: size, limit: assembler.limit)
    case .cutShort(let missing): .undecodable(method: method, reason: "cut short, \(missing) bytes missing")
    }
  }

  private func rpcError(_ failure: StreamFailure) -> RPCError {
    switch failure {
    case .cannotConnect(let errno): .cannotConnect(path: path, errno)
    case .notHTTP2(let words): .notGRPC(path: path, reason: "it says \"\(words)\"")
    case .protocolError(let words): .connectionLost(method: method, reason: "HTTP/2: \(words)")
    case .connectionLost(let words): .connectionLost(method: method, reason: words)
    case .refused:
      .connectionLost(method: method, reason: "the runtime takes no more calls on this connection")
    case .deadlineExceeded: .deadlineExceeded(method: method)
    case .cancelled: .cancelled(method: method)
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
    default: .internal
    }
  }
}
