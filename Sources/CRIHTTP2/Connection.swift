package import CRISystem

/// One HTTP/2 connection on a unix socket or a TCP socket. A thread owns the socket and the session; callers reach it through a
/// mailbox.
///
/// A connection carries streams of bytes and does not interpret them. It is closed when the last reference is released.
package final class Connection: Sendable {
  private let mailbox: Mailbox

  /// Connects to the server that listens at `address`. Returns immediately; if connecting fails, every stream fails with
  /// `.cannotConnect`, no later than its deadline.
  /// - Throws: The error number if the thread cannot be created.
  package init(to address: ServerAddress) throws(Errno) {
    mailbox = try Mailbox()
    let mailbox = mailbox
    try Thread.detach {
      var loop = ConnectionLoop(connectingTo: address, mailbox: mailbox)
      loop.run()
    }
  }

  /// Serves a client on an accepted socket.
  /// - Parameters:
  ///   - accept: Called on the connection's thread for each stream that the client opens; returns its handler.
  ///   - ended: Called on the connection's thread when the connection has ended.
  package init(
    serving socket: consuming Descriptor, accept: @escaping @Sendable (ServerStream) -> any StreamHandler,
    ended: @escaping @Sendable () -> Void
  ) throws(Errno) {
    mailbox = try Mailbox()
    let mailbox = mailbox
    // An escaping closure cannot capture a noncopyable value, so it captures the number.
    let number = socket.release()
    try Thread.detach {
      var loop = ConnectionLoop(serving: Descriptor(owning: number), mailbox: mailbox, accept: accept)
      loop.run()
      ended()
    }
  }

  deinit { close() }

  /// The process that serves the unix socket (SO_PEERCRED); nil until the connection is established, and for TCP.
  package var peer: PeerCredentials? { mailbox.peer }

  /// Why the connection accepts no new streams; nil while it accepts them.
  package var refusal: StreamFailure? { mailbox.refusal }

  /// Returns a new key, which identifies a stream of this connection.
  package func makeKey() -> UInt64 { mailbox.makeKey() }

  /// Opens a stream and sends a complete request on it. If the connection accepts no new streams, the handler's
  /// `closed` is called immediately, on the caller's thread.
  /// - Parameters:
  ///   - deadline: The time at which the stream fails; nil for no limit.
  ///   - responseDeadline: The time at which the stream fails unless `StreamHandler.hasResponse` is true by then; nil
  ///     for no limit.
  ///   - heartbeat: How long the peer may leave everything unacknowledged while the stream is open; nil for no limit.
  package func request(
    _ key: UInt64, _ headers: [Header], body: [UInt8], deadline: ContinuousClock.Instant?,
    responseDeadline: ContinuousClock.Instant? = nil, heartbeat: Heartbeat.Limits? = nil, handler: any StreamHandler
  ) {
    let limit = Mailbox.Limit(deadline: deadline, responseDeadline: responseDeadline, heartbeat: heartbeat)
    if let refusal = mailbox.post(.request(key: key, headers, body: body, limit, handler)) {
      handler.closed(refusal)
    }
  }

  /// Resets a stream with RST_STREAM(CANCEL). Its handler receives `.cancelled`, unless the stream ended earlier. The
  /// call has no effect on a stream that has not been opened yet.
  package func cancel(_ key: UInt64) { _ = mailbox.post(.reset(key: key, .cancel)) }

  /// Returns flow-control credit for bytes that a handler kept (see `StreamHandler.received(data:)`).
  package func consumed(_ count: Int, on key: UInt64) { _ = mailbox.post(.consume(key: key, count)) }

  /// Sends a PING and returns the round-trip time.
  package func ping(deadline: ContinuousClock.Instant?) async throws(StreamFailure) -> Duration {
    let key = mailbox.makeKey()
    let result: Result<Duration, StreamFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ping = Mailbox.Ping(deadline: deadline) { continuation.resume(returning: $0) }
        if let refusal = mailbox.post(.ping(key: key, ping)) {
          ping.resume(.failure(refusal))
        }
        // If the task was cancelled before the ping was posted, `onCancel` had nothing to cancel.
        if Task.isCancelled { cancel(key) }
      }
    } onCancel: {
      cancel(key)
    }
    return try result.get()
  }

  /// Sends GOAWAY and closes the connection; open streams fail with `.connectionLost`.
  package func close() { _ = mailbox.post(.shutDown) }
}
