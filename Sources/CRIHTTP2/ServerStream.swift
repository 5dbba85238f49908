/// The server's side of a stream. Its methods can be called on any thread; after the stream has ended, they do nothing.
package struct ServerStream: Sendable {
  let mailbox: Mailbox
  let key: UInt64

  /// Sends response headers. With `endStream`, they are the complete response.
  package func respond(_ headers: [Header], endStream: Bool = false) {
    _ = mailbox.post(.respond(key: key, headers, endStream: endStream))
  }

  /// Sends part of the body.
  package func send(_ bytes: [UInt8]) { _ = mailbox.post(.send(key: key, bytes, trailers: nil)) }

  /// Sends the trailers, which end the stream.
  package func finish(_ trailers: [Header]) { _ = mailbox.post(.send(key: key, [], trailers: trailers)) }

  /// Resets the stream with RST_STREAM.
  package func reset(_ code: ErrorCode) { _ = mailbox.post(.reset(key: key, code)) }

  /// Closes the whole connection.
  package func closeConnection() { _ = mailbox.post(.shutDown) }
}
