/// Streams over one connection: the common interface of SPDY, WebSocket channels and SPDY in a WebSocket tunnel.
///
/// A transport converts bytes to events and events to bytes, without I/O. Streams are opened with header fields, as in
/// the Kubernetes package `httpstream`.
package protocol StreamTransport: ~Copyable {
  /// Adds bytes from the peer. After this has thrown, `send` still returns a frame with the reason.
  mutating func receive(_ bytes: [UInt8]) throws(StreamingFailure)
  /// Appends the bytes to send now to `output`, up to about `limit` bytes.
  mutating func send(into output: inout [UInt8], limit: Int)
  /// Returns the events since the last call.
  mutating func takeEvents() -> [StreamEvent]
  /// False if so much data is unconsumed that the caller should not read from the connection.
  var wantsRead: Bool { get }
  /// False when the connection can be closed.
  var isAlive: Bool { get }

  /// Opens a stream. Client only.
  mutating func open(_ fields: [HTTPField]) throws(StreamingFailure) -> UInt32
  /// Accepts a stream that the client has opened. Server only.
  mutating func accept(_ stream: UInt32) throws(StreamingFailure)
  /// Adds data unless the stream has ended or is finished.
  mutating func write(_ bytes: [UInt8], on stream: UInt32)
  /// Half-closes a stream once everything written so far has been sent.
  /// - Returns: false if the protocol does not support it.
  mutating func finish(_ stream: UInt32) -> Bool
  /// Ends a stream in both directions. Data that its reader has received must still be consumed.
  mutating func reset(_ stream: UInt32)
  /// The number of bytes waiting to be sent on a stream; nil if it has ended.
  func unsent(on stream: UInt32) -> Int?
  /// Reports that the reader of a stream has consumed `count` bytes.
  mutating func consume(_ count: Int, on stream: UInt32)
  /// Whether the peer may be waiting for a larger window. If so and nothing arrives for 50 ms, call `notePeerIdle`.
  var peerMayBeStalled: Bool { get }
  mutating func notePeerIdle()
  /// Ends all streams immediately, discards unsent data, and begins to close the connection.
  mutating func close()
  /// Closes the connection after all written data has been sent. Server only.
  mutating func shutDown()
  /// Sends a ping; the response is a `.pong`.
  mutating func ping() throws(StreamingFailure)
}
