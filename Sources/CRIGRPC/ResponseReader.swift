internal import CRIHTTP2

/// Parses one response: headers, messages, trailers and the final status. It performs no I/O.
struct ResponseReader {
  let method: String
  /// The path of the socket, for errors.
  let path: String
  private let limit: CallLimit
  private var assembler: MessageAssembler
  private var hasHeaders = false
  /// Whether a response message has arrived.
  private(set) var hasMessage = false
  private var status: RPCStatus?

  init(method: String, path: String, limit: CallLimit, maxMessageSize: Int) {
    self.method = method
    self.path = path
    self.limit = limit
    assembler = MessageAssembler(limit: maxMessageSize)
  }

  /// Whether no part of the response has arrived.
  var isUntouched: Bool { !hasHeaders }

  mutating func append(headers: [Header], endStream: Bool) throws(RPCError) {
    if !hasHeaders {
      if let code = headers[":status"], code.hasPrefix("1") { return }
      hasHeaders = true
      guard headers[":status"] == "200" else {
        throw .notGRPC(path: path, reason: "HTTP status \(headers[":status"] ?? "missing")")
      }
      guard let type = headers["content-type"], isGRPC(type) else {
        throw .notGRPC(path: path, reason: "content type \(headers["content-type"] ?? "missing")")
      }
      guard endStream else { return }
    }
    // These are trailers, or a response that consists of trailers only.
    guard let text = headers["grpc-status"] else { return }
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .undecodable(method: method, reason: "grpc-status is \"\(text)\"")
    }
    let code = Int(text).flatMap { StatusCode(rawValue: $0) } ?? .unknown
    let message = PercentEncoding.decode(headers["grpc-message"] ?? "")
    status = RPCStatus(code: code, message: message, method: method)
  }

  /// Adds bytes of the body, and appends to `messages` the messages that they complete.
  mutating func append(data: [UInt8], _ messages: inout [[UInt8]]) throws(RPCError) {
    do throws(MessageAssembler.Failure) {
      defer { if !messages.isEmpty { hasMessage = true } }
      try assembler.append(data, &messages)
    } catch {
      throw rpcError(error)
    }
  }

  /// Ends the response.
  /// - Parameter failure: Why the stream failed; nil if it is complete.
  /// - Returns: Why the call failed; nil if it succeeded.
  func end(_ failure: StreamFailure?) -> RPCError? {
    if let failure {
      // An error status that arrived before the stream was reset is the more specific failure.
      if case .reset = failure, let status, status.code != .ok { return .status(status) }
      return rpcError(failure)
    }
    guard let status else {
      return .undecodable(
        method: method, reason: "the stream ended without \(hasHeaders ? "grpc-status" : "headers")")
    }
    // After our deadline, the status is due to our own timeout. Before it, the runtime reports its own timeout,
    // and its message says which one.
    if status.code == .deadlineExceeded && isLate { return .deadlineExceeded(method: method, timeout: limit.timeout) }
    guard status.code == .ok else { return .status(status) }
    do throws(MessageAssembler.Failure) {
      try assembler.end()
      return nil
    } catch {
      return rpcError(error)
    }
  }

  private var isLate: Bool { limit.deadline.map { $0 <= .now } ?? false }

  /// Accepts `application/grpc`, even with a message format or a parameter after it, but not others such as grpc-web.
  private func isGRPC(_ type: String) -> Bool {
    let name = "application/grpc"
    let type = type.lowercased()
    return type == name || type.hasPrefix(name + "+") || type.hasPrefix(name + ";")
  }

  private func rpcError(_ failure: MessageAssembler.Failure) -> RPCError {
    switch failure {
    case .compressed: .undecodable(method: method, reason: "a message is compressed, but only identity is accepted")
    case .badFlag(let flag): .undecodable(method: method, reason: MessageAssembler.Failure.badFlagMessage(flag))
    case .tooLarge(let size): .responseTooLarge(method: method, size: size, limit: assembler.limit)
    case .truncated(let missing):
      .undecodable(method: method, reason: "a message is truncated: \(missing) bytes are missing")
    }
  }

  func rpcError(_ failure: StreamFailure) -> RPCError {
    switch failure {
    case .cannotConnect(let errno): .cannotConnect(path: path, errno)
    case .notHTTP2(let line): .notGRPC(path: path, reason: "it sent \"\(line)\"")
    case .protocolError(let reason): .connectionLost(method: method, reason: "HTTP/2: \(reason)")
    case .malformed(let reason): .undecodable(method: method, reason: "HTTP/2: \(reason)")
    case .connectionLost(let reason), .notSent(let reason): .connectionLost(method: method, reason: reason)
    case .refused:
      .connectionLost(method: method, reason: "the runtime accepts no more calls on this connection")
    case .deadlineExceeded: .deadlineExceeded(method: method, timeout: limit.elapsed(hasResponse: hasMessage))
    case .unresponsive(let time): .notResponding(method: method, after: time)
    case .cancelled: .cancelled(method: method)
    case .reset(.cancel) where isLate:
      .deadlineExceeded(method: method, timeout: limit.elapsed(hasResponse: hasMessage))
    case .reset(let code):
      .status(RPCStatus(code: statusCode(code), message: "stream reset: \(code)", method: method))
    }
  }

  /// Maps an HTTP/2 error code to a status code (gRPC over HTTP/2, "Errors").
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
