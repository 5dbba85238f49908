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
