internal import CRIHTTP2
package import CRISystem

/// Calls methods of one gRPC server on a unix socket, over one connection that is made when it is first needed
/// and made again when it was lost. It moves bytes; what they mean is not its business.
package final class Channel: Sendable {
  /// The socket's path.
  package let path: String
  /// Largest answer that is taken, in bytes.
  package let maxMessageSize: Int
  private let userAgent: String
  private let connection = Locked<Connection?>(nil)

  package init(path: String, maxMessageSize: Int = 64 << 20, userAgent: String = "cri") {
    self.path = path
    self.maxMessageSize = maxMessageSize
    self.userAgent = userAgent
  }

  /// One message there, one back.
  package func unary(
    _ method: String, _ message: [UInt8], options: CallOptions = CallOptions()
  ) async throws(RPCError) -> [UInt8] {
    let call = try start(method, message, options)
    guard let answer = try await call.next() else {
      throw .undecodable(method: method, reason: "no message in the answer")
    }
    if try await call.next() != nil {
      call.cancel()
      throw .undecodable(method: method, reason: "more than one message in the answer")
    }
    return answer
  }

  /// One message there, any number back.
  package func stream(
    _ method: String, _ message: [UInt8], options: CallOptions = CallOptions()
  ) throws(RPCError) -> ByteStream {
    ByteStream(try start(method, message, options))
  }

  /// Measures the way there and back, without a call.
  package func ping(timeout: Duration?) async throws(RPCError) -> Duration {
    let deadline = timeout.map { ContinuousClock.now + $0 }
    do throws(StreamFailure) {
      return try await current().ping(deadline: deadline)
    } catch {
      throw ResponseReader(method: "PING", path: path, deadline: deadline, limit: 0).rpcError(error)
    }
  }

  /// The process that serves the socket, as the kernel knows it; nil until a call has connected.
  package var peer: PeerCredentials? { connection.withLock { $0 }?.peer }

  /// Ends the connection; the next call makes a new one.
  package func close() { connection.withLock { $0 = nil } }

  private func start(
    _ method: String, _ message: [UInt8], _ options: CallOptions
  ) throws(RPCError) -> Call {
    // The runtime need not hear of what nobody waits for.
    if Task.isCancelled { throw .cancelled(method: method) }
    let deadline = options.timeout.map { ContinuousClock.now + $0 }
    let request = Request(
      method: method, body: MessageAssembler.frame(message), deadline: deadline, metadata: options.metadata,
      userAgent: userAgent)
    let reader = ResponseReader(method: method, path: path, deadline: deadline, limit: maxMessageSize)
    let call = Call(request, reader) { () throws(StreamFailure) in try self.current() }
    call.start()
    return call
  }

  private func current() throws(StreamFailure) -> Connection {
    let path = path
    return try connection.withLock { connection throws(StreamFailure) in
      if let connection, connection.refusal == nil { return connection }
      do throws(Errno) {
        let made = try Connection(to: path)
        connection = made
        return made
      } catch {
        throw .cannotConnect(error)
      }
    }
  }
}
