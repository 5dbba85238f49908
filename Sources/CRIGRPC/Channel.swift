package import CRIHTTP2
package import CRISystem

/// Calls methods of a gRPC server. All calls share one connection, which is established by the first
/// call and re-established by the next call after a loss. Messages are bytes, which the channel does not
/// interpret.
package final class Channel: Sendable {
  private let address: ServerAddress
  /// The path of the unix socket, or the IP address with the port.
  package let path: String
  /// The largest accepted response message, in bytes.
  package let maxMessageSize: Int
  private let userAgent: String
  private let connection = Locked<Connection?>(nil)

  package convenience init(path: String, maxMessageSize: Int = 64 << 20, userAgent: String = "cri") {
    self.init(to: .unix(path: path), maxMessageSize: maxMessageSize, userAgent: userAgent)
  }

  package init(to address: ServerAddress, maxMessageSize: Int = 64 << 20, userAgent: String = "cri") {
    self.address = address
    path = "\(address)"
    self.maxMessageSize = maxMessageSize
    self.userAgent = userAgent
  }

  /// Calls a unary method.
  /// - Returns: The response message.
  /// - Throws: An error with any code; `.undecodable` if there is not exactly one response message.
  package func unary(
    _ method: String, _ message: [UInt8], options: Options = Options()
  ) async throws(RPCError) -> [UInt8] {
    let call = try start(method, message, options)
    guard let response = try await call.next() else {
      throw .undecodable(method: method, reason: "the response contains no message")
    }
    if try await call.next() != nil {
      call.cancel()
      throw .undecodable(method: method, reason: "the response contains more than one message")
    }
    return response
  }

  /// Calls a server-streaming method.
  /// - Returns: The response messages, as they arrive.
  /// - Throws: `.cancelled` if the current task is cancelled. Other failures are thrown by the returned stream.
  package func stream(
    _ method: String, _ message: [UInt8], options: Options = Options()
  ) throws(RPCError) -> ByteStream {
    ByteStream(try start(method, message, options))
  }

  /// Sends an HTTP/2 PING and returns the round-trip time.
  package func ping(timeout: Duration?) async throws(RPCError) -> Duration {
    let limit = CallLimit(Options(timeout: timeout))
    do throws(StreamFailure) {
      return try await current().ping(deadline: limit.deadline)
    } catch {
      throw ResponseReader(method: "PING", path: path, limit: limit, maxMessageSize: 0).rpcError(error)
    }
  }

  /// The process that serves the unix socket, as the kernel reports it (SO_PEERCRED); nil until a call has connected.
  package var peer: PeerCredentials? { connection.withLock { $0 }?.peer }

  /// Closes the connection. The next call establishes a new one.
  package func close() { connection.withLock { $0 = nil } }

  private func start(
    _ method: String, _ message: [UInt8], _ options: Options
  ) throws(RPCError) -> Call {
    // Do not send a request whose caller has already been cancelled.
    if Task.isCancelled { throw .cancelled(method: method) }
    var metadata = try Metadata.headers(options.metadata, method: method)
    let trace = CallTracing.tracer?.begin(method: method, server: path)
    if let trace { metadata += trace.headers }
    let limit = CallLimit(options)
    let request = Request(
      method: method, body: MessageAssembler.frame(message), limit: limit, keepAlive: options.keepAlive,
      authority: authority, metadata: metadata, userAgent: userAgent)
    let reader = ResponseReader(
      method: method, path: path, limit: limit, maxMessageSize: options.maxMessageSize ?? maxMessageSize)
    let call = Call(request, reader, onEnd: trace?.end) { () throws(StreamFailure) in try self.current() }
    call.start()
    return call
  }

  /// The value of `:authority`. A path is not a valid one.
  private var authority: String { if case .tcp = address { path } else { "localhost" } }

  private func current() throws(StreamFailure) -> Connection {
    let address = address
    return try connection.withLock { connection throws(StreamFailure) in
      if let connection, connection.refusal == nil { return connection }
      do throws(Errno) {
        let new = try Connection(to: address)
        connection = new
        return new
      } catch {
        throw .cannotConnect(error)
      }
    }
  }
}
