package import CRISystem

/// Serves clients on a unix socket or a TCP socket, with one thread for each connection, until it is stopped.
package final class Listener: Sendable {
  private struct State {
    var connections: [Int: Connection] = [:]
    var count = 0
    var isStopped = false
  }

  private let state = Locked(State())
  private let socket: Descriptor
  private let pipe: WakePipe
  /// The TCP port; nil for a unix socket.
  package let port: UInt16?

  /// Listens at `address`; TCP port 0 lets the kernel choose one.
  /// - Parameter accept: Called on the connection's thread for each new stream; returns its handler.
  /// - Throws: The error number if the socket cannot be created.
  package init(
    at address: ServerAddress, accept: @escaping @Sendable (ServerStream) -> any StreamHandler
  ) throws(Errno) {
    switch address {
    case .unix(let path):
      socket = try UnixSocket.listen(at: path)
      port = nil
    case .tcp(let address):
      let listening = try TCPSocket.listen(on: address)
      port = try listening.localPort()
      socket = consume listening
    }
    pipe = try WakePipe()
    try Thread.detach { self.serve(accept) }
  }

  /// Closes every connection and the socket. When this returns, another server can listen at the path, and every
  /// client finds its connection closed, except if a handler needs more than a second to return.
  package func stop() {
    let connections = state.withLock { state in
      state.isStopped = true
      return Array(state.connections.values)
    }
    for connection in connections { connection.close() }
    socket.shutDown()
    // Shutting down a listening socket does not wake a poll.
    pipe.wake()
    // A handler may call this on the thread of a connection, which then cannot end first.
    let end = ContinuousClock.now + .seconds(1)
    while !state.withLock({ $0.connections.isEmpty }), ContinuousClock.now < end { Thread.sleep(.milliseconds(1)) }
  }

  private func serve(_ accept: @escaping @Sendable (ServerStream) -> any StreamHandler) {
    let interests = [(pipe.descriptor, true, false), (socket.rawValue, true, false)]
    while (try? Poll.wait(interests, timeout: nil)) != nil {
      do throws(Errno) {
        while let client = try UnixSocket.accept(on: socket) { add(client, accept) }
      } catch {
        // If descriptors have run out, poll returns immediately and accept fails again: wait instead of spinning.
        Thread.sleep(.milliseconds(10))
      }
      // Check after accepting, so that clients still in the queue are accepted and dropped.
      if state.withLock({ $0.isStopped }) { return }
    }
  }

  private func add(
    _ client: consuming Descriptor, _ accept: @escaping @Sendable (ServerStream) -> any StreamHandler
  ) {
    let fd = client.release()
    state.withLock { state in
      let client = Descriptor(owning: fd)
      if state.isStopped { return }
      state.count += 1
      let key = state.count
      // A connection that ends immediately waits for this lock in `remove`, so it is always stored before it is
      // removed.
      state.connections[key] = try? Connection(serving: client, accept: accept) { [weak self] in
        self?.remove(key)
      }
    }
  }

  private func remove(_ key: Int) {
    // Release the connection outside the lock, because its deinit posts to a mailbox.
    let connection = state.withLock { $0.connections.removeValue(forKey: key) }
    _ = connection
  }
}
