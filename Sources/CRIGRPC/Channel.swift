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
    let deadline = options.timeout.map { ContinuousClock.now + $0 }
    let call = try start(method, message, options, deadline)
    do throws(RPCError) {
      return try await answer(of: call, method)
    } catch {
      // Refused unseen (GOAWAY): once more, on a new connection (RFC 9113, section 8.7).
      guard call.wasRefused else { throw error }
      return try await answer(of: try start(method, message, options, deadline), method)
    }
  }

  /// One message there, any number back.
  package func stream(
    _ method: String, _ message: [UInt8], options: CallOptions = CallOptions()
  ) throws(RPCError) -> ByteStream {
    ByteStream(call: try start(method, message, options, options.timeout.map { ContinuousClock.now + $0 }))
  }

  /// Measures the way there and back, without a call.
  package func ping() async throws(RPCError) -> Duration {
    do throws(StreamFailure) {
      return try await current().ping()
    } catch {
      throw ResponseReader(method: "PING", path: path, hasDeadline: false, limit: 0).end(error)
        ?? .connectionLost(method: "PING", reason: "")
    }
  }

  /// The process that serves the socket, as the kernel knows it; nil until a call has connected.
  package var peer: PeerCredentials? { connection.withLock { $0 }?.peer }

  /// Ends the connection; the next call makes a new one.
  package func close() { connection.withLock { $0 = nil } }

  private func answer(of call: Call, _ method: String) async throws(RPCError) -> [UInt8] {
    guard let answer = try await call.next() else {
      throw .undecodable(method: method, reason: "no message in the answer")
    }
    if try await call.next() != nil {
      call.cancel()
      throw .undecodable(method: method, reason: "more than one message in the answer")
    }
    return answer
  }

  private func start(
    _ method: String, _ message: [UInt8], _ options: CallOptions, _ deadline: ContinuousClock.Instant?
  ) throws(RPCError) -> Call {
    var headers = [
      Header(":method", "POST"), Header(":scheme", "http"), Header(":path", method),
      Header(":authority", "localhost"),
      Header("content-type", "application/grpc"), Header("te", "trailers"), Header("user-agent", userAgent),
    ]
    if let deadline { headers.append(Header("grpc-timeout", Timeout.encode(deadline - .now))) }
    headers += options.metadata.map { Header($0.name, $0.value) }
    let reader = ResponseReader(
      method: method, path: path, hasDeadline: deadline != nil, limit: maxMessageSize)
    do throws(StreamFailure) {
      let call = Call(reader, on: try current())
      call.start(headers, body: MessageAssembler.frame(message), deadline: deadline)
      return call
    } catch {
      throw reader.end(error) ?? .connectionLost(method: method, reason: "")
    }
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
