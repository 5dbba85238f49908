/// An event in a port-forward session that concerns one connection. Connections are numbered from 0.
package enum PortForwardEvent: Hashable, Sendable {
  /// Server only: the client wants to connect to a port in the pod.
  case connect(UInt32, port: UInt16)
  case data(UInt32, [UInt8])
  /// The peer will send no more data; this end may continue to send.
  case endOfData(UInt32)
  /// The connection has ended, with the error if it failed. The other connections continue.
  case closed(UInt32, PortForwardError?)
  /// The peer no longer accepts new connections; open connections continue.
  case goAway(String)
  case pong
}

/// The reason why one forwarded connection failed.
package enum PortForwardError: Error, Hashable, Sendable {
  /// The server's message on the error stream, such as a refused connection in the pod.
  case remote(String)
  /// A stream was reset without a message on the error stream.
  case reset(StreamReset)
  /// The server's message is larger than the limit, in bytes.
  case messageTooLarge(limit: Int)
  /// The connection to the runtime ended.
  case connectionLost(String)
}

extension PortForwardError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .remote(let message): message.split(whereSeparator: \.isNewline).joined(separator: " ")
    case .reset(let reset): "the server ended the stream: \(reset)"
    case .messageTooLarge(let limit): "the server's error is larger than \(limit) bytes"
    case .connectionLost(let reason): "the connection to the runtime was lost: \(reason)"
    }
  }
}
