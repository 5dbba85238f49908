/// Streams over one connection: what SPDY, WebSocket channels and SPDY in a WebSocket tunnel have in common.
///
/// Bytes in, events and bytes out, no I/O. Streams are opened with header fields, as in Kubernetes' `httpstream`.
package protocol StreamTransport: ~Copyable {
  /// Takes bytes from the peer. After it has thrown, `send` still yields a frame that names the reason.
  mutating func receive(_ bytes: [UInt8]) throws(StreamingFailure)
  /// Adds to `output` what is to be sent now, up to about `limit` bytes.
  mutating func send(into output: inout [UInt8], limit: Int)
  /// The events since the last call.
  mutating func takeEvents() -> [StreamEvent]
  /// False while readers have not consumed so much that no more should be read from the connection.
  var wantsRead: Bool { get }
  /// False when the connection can be closed.
  var isAlive: Bool { get }

  /// Opens a stream. Client only.
  mutating func open(_ fields: [HTTPField]) throws(StreamingFailure) -> UInt32
  /// Accepts a stream that the client has opened. Server only.
  mutating func accept(_ stream: UInt32) throws(StreamingFailure)
  /// Adds data; nothing happens if the stream is over or finished.
  mutating func write(_ bytes: [UInt8], on stream: UInt32)
  /// Half-closes a stream after the data written so far.
  /// - Returns: false if the protocol has no way to say so.
  mutating func finish(_ stream: UInt32) -> Bool
  /// Ends a stream in both directions. Data that its reader already has must still be consumed.
  mutating func reset(_ stream: UInt32)
  /// Bytes that wait to be sent on a stream; nil if it is over.
  func unsent(on stream: UInt32) -> Int?
  /// The reader of a stream has taken `count` bytes.
  mutating func consume(_ count: Int, on stream: UInt32)
  /// Whether the peer may be waiting for a larger window. If nothing arrives for 50 ms then, call `peerIsIdle`.
  var mayBeWaitedFor: Bool { get }
  mutating func peerIsIdle()
  /// Ends all streams at once, what waits to be sent included, and begins to close the connection.
  mutating func close()
  /// Closes the connection when everything that has been written is sent. Server only.
  mutating func shutDown()
  /// Asks for a sign of life, which comes as `.pong`.
  mutating func ping() throws(StreamingFailure)
}
