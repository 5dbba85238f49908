/// What a port-forward session reports of its connections, which it numbers from 0.
package enum PortForwardEvent: Hashable, Sendable {
  /// Server only: the client wants to connect to a port in the pod.
  case connect(UInt32, port: UInt16)
  case data(UInt32, [UInt8])
  /// The other end sends no more; this end may go on.
  case endOfData(UInt32)
  /// The connection is over, and why if it failed. The others go on.
  case closed(UInt32, PortForwardError?)
  /// The other end takes no more connections; the open ones go on.
  case goAway(String)
  case pong
}

/// Why one forwarded connection failed.
package enum PortForwardError: Error, Hashable, Sendable {
  /// What the server says on the error stream, such as a refused connection in the pod.
  case remote(String)
  /// A stream was reset without a word on the error stream.
  case reset(StreamReset)
  /// The server says more than is taken, in bytes.
  case messageTooLarge(limit: Int)
  /// The connection to the runtime ended.
  case connectionLost(String)
}
