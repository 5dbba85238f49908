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
  package init(
    serving socket: consuming Descriptor, accept: @escaping @Sendable (ServerStream) -> any StreamHandler
  ) throws(Errno) {
    mailbox = try Mailbox()
    let mailbox = mailbox
    // A noncopyable value cannot be captured by an escaping closure; its number can.
    let number = socket.release()
    try Thread.detach {
      var loop = ConnectionLoop(serving: Descriptor(owning: number), mailbox: mailbox, accept: accept)
      loop.run()
    }
  }

  deinit { close() }

  /// The process that serves the socket (SO_PEERCRED); nil until connected.
  package var peer: PeerCredentials? { mailbox.peer }

  /// Why new streams are refused; nil while the connection is good.
  package var refusal: StreamFailure? { mailbox.refusal }

  /// Opens a stream with a whole request.
  /// - Returns: its key for `cancel` and `consumed`.
  package func request(
    _ headers: [Header], body: [UInt8], deadline: ContinuousClock.Instant?, handler: any StreamHandler
  ) -> UInt64 {
    let key = mailbox.makeKey()
    if let refusal = mailbox.post(.request(key: key, headers, body: body, deadline: deadline, handler)) {
      handler.closed(refusal)
    }
    return key
  }

  /// Ends a stream with RST_STREAM(CANCEL). Its handler hears `.cancelled`, unless it was over before.
  package func cancel(_ key: UInt64) { _ = mailbox.post(.reset(key: key, .cancel)) }

  /// Says that a handler is done with bytes which it had kept.
  package func consumed(_ count: Int, on key: UInt64) { _ = mailbox.post(.consume(key: key, count)) }

  /// Measures a PING round trip.
  package func ping() async throws(StreamFailure) -> Duration {
    let result = await withCheckedContinuation { continuation in
      if let refusal = mailbox.post(.ping(continuation)) { continuation.resume(returning: .failure(refusal)) }
    }
    return try result.get()
  }

  /// Says goodbye (GOAWAY) and ends; open streams hear `.connectionLost`.
  package func close() { _ = mailbox.post(.shutDown) }
}

/// The answering side of a stream, for servers. All of it may be called from anywhere; after the end it does nothing.
package struct ServerStream: Sendable {
  let mailbox: Mailbox
  let key: UInt64

  /// Sends response headers; with `endStream` they are all there is.
  package func respond(_ headers: [Header], endStream: Bool = false) {
    _ = mailbox.post(.respond(key: key, headers, endStream: endStream))
  }

  /// Sends a piece of the body.
  package func send(_ bytes: [UInt8]) { _ = mailbox.post(.send(key: key, bytes, trailers: nil)) }

  /// Ends the body with trailers.
  package func finish(_ trailers: [Header]) { _ = mailbox.post(.send(key: key, [], trailers: trailers)) }

  /// Ends the stream with RST_STREAM.
  package func reset(_ code: ErrorCode) { _ = mailbox.post(.reset(key: key, code)) }

  /// Ends the whole connection.
  package func closeConnection() { _ = mailbox.post(.shutDown) }
}
