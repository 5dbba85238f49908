package import CRISystem

/// A streaming server on a TCP port, like that of a runtime: for the simulated runtime and for tests.
package final class StreamServer: Sendable {
  /// The response to a request.
  package enum Response: Sendable {
    case command(RemoteCommandStreams, any ServedCommand)
    /// - Parameters:
    ///   - ports: The ports that WebSocket channels forward.
    ///   - connect: Returns nil if nothing listens on the port.
    case ports([UInt16], connect: @Sendable (UInt16) -> (any ServedPort)?)
    case refuse(status: Int, reason: String, body: String)
    /// Sends these bytes, and closes the connection.
    case raw([UInt8])
  }

  /// The protocols that the server accepts.
  package struct Options: Sendable {
    package var acceptsSPDY = true
    /// The WebSocket subprotocols of remote commands, in order of preference; if the list is empty, WebSocket is
    /// rejected.
    package var webSocketProtocols = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io", "channel.k8s.io"]
    /// The WebSocket subprotocols of port-forwarding.
    package var forwardProtocols = PortForwardProtocol.channels

    /// TLS for all connections; nil for no TLS.
    package var tls: (any TLSProvider)?

    package init() {}
  }

  package let port: UInt16
  private let stop: ServerStop

  /// - Parameter respond: Called on a connection's thread for each request.
  /// - Throws: The error of a system call, such as `.addressInUse`.
  package init(
    on address: SocketAddress, options: Options = Options(), respond: @escaping @Sendable (UpgradeOffer) -> Response
  ) throws(Errno) {
    let listener = try TCPSocket.listen(on: address)
    port = try listener.localPort()
    stop = try ServerStop()
    // An escaping closure cannot capture a noncopyable value, so this one captures the descriptor's number.
    let number = listener.release()
    let stop = stop
    try Thread.detach {
      Self.accept(Descriptor(owning: number), stop) { socket in
        ServerConnection.serve(socket, options, stop, respond)
      }
    }
  }

  /// Closes the port and all connections.
  package func close() { stop.request() }

  deinit { close() }

  private static func accept(
    _ listener: consuming Descriptor, _ stop: ServerStop, _ serve: @escaping @Sendable (PlainSocket) -> Void
  ) {
    while true {
      do throws(Errno) {
        let ready = try Poll.wait(
          [(stop.descriptor, true, false), (listener.rawValue, true, false)], timeout: nil)
        if ready[0].readable { return }
        guard let accepted = try TCPSocket.accept(on: listener) else { continue }
        let socket = PlainSocket(accepted)
        try Thread.detach { serve(socket) }
      } catch {
        // No descriptors or threads are available; some become available when connections end.
        Thread.sleep(.milliseconds(10))
      }
    }
  }
}
