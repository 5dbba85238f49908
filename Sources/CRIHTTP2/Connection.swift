package import CRISystem

/// One HTTP/2 connection on a unix socket: a thread owns the socket and the session, callers own a mailbox.
///
/// It knows streams and bytes, nothing of what they mean. It ends when the last reference to it goes.
package final class Connection: Sendable {
  private let mailbox: Mailbox

  /// Connects to a server. Failure to connect is reported to the streams, none of which waits longer than its deadline.
  package init(to path: String) throws(Errno) {
    mailbox = try Mailbox()
    let mailbox = mailbox
    try Thread.detach {
      var loop = ConnectionLoop(connectingTo: path, mailbox: mailbox)
      loop.run()
    }
  }

  /// Serves a client on an accepted socket.
  /// - Parameter ended: called on the connection's thread when it is over.
  package init(
    serving socket: consuming Descriptor, accept: @escaping @Sendable (ServerStream) -> any StreamHandler,
    ended: @escaping @Sendable () -> Void
  ) throws(Errno) {
    mailbox = try Mailbox()
    let mailbox = mailbox
    // A noncopyable value cannot be captured by an escaping closure; its number can.
    let number = socket.release()
    try Thread.detach {
      var loop = ConnectionLoop(serving: Descriptor(owning: number), mailbox: mailbox, accept: accept)
      loop.run()
      ended()
    }
  }

  deinit { close() }

  /// The process that serves the socket (SO_PEERCRED); nil until connected.
  package var peer: PeerCredentials? { mailbox.peer }

  /// Why new streams are refused; nil while the connection is good.
  package var refusal: StreamFailure? { mailbox.refusal }

  /// A key for one stream of this connection.
  package func makeKey() -> UInt64 { mailbox.makeKey() }

  /// Opens a stream with a whole request. Where that is refused at once, the handler hears of it on the caller's thread.
  package func request(
    _ key: UInt64, _ headers: [Header], body: [UInt8], deadline: ContinuousClock.Instant?,
    handler: any StreamHandler
  ) {
    if let refusal = mailbox.post(.request(key: key, headers, body: body, deadline: deadline, handler)) {
      handler.closed(refusal)
    }
  }

  /// Ends a stream with RST_STREAM(CANCEL). Its handler hears `.cancelled`, unless it was over before.
  /// A stream that is not open yet is not affected.
  package func cancel(_ key: UInt64) { _ = mailbox.post(.reset(key: key, .cancel)) }

  /// Says that a handler is done with bytes which it had kept.
  package func consumed(_ count: Int, on key: UInt64) { _ = mailbox.post(.consume(key: key, count)) }

  /// Measures a PING round trip.
  package func ping(deadline: ContinuousClock.Instant?) async throws(StreamFailure) -> Duration {
    let key = mailbox.makeKey()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ping = Mailbox.Ping(deadline: deadline, continuation: continuation)
        if let refusal = mailbox.post(.ping(key: key, ping)) {
          ping.continuation.resume(returning: .failure(refusal))
        }
        // Cancelled before it was posted: the handler below came too early.
        if Task.isCancelled { cancel(key) }
      }
    } onCancel: {
      cancel(key)
    }
    return try result.get()
  }

  /// Says goodbye (GOAWAY) and ends; open streams hear `.connectionLost`.
  package func close() { _ = mailbox.post(.shutDown) }
}
