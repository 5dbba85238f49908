package import CRISystem

/// Serves clients on a unix socket, one thread a connection, until it is stopped.
package final class Listener: Sendable {
  private struct State {
    var connections: [Int: Connection] = [:]
    var count = 0
    var isStopped = false
  }

  private let state = Locked(State())
  private let socket: Descriptor
  private let pipe: WakePipe

  /// - Parameter accept: gives each new stream its handler; called on the connection's thread.
  package init(at path: String, accept: @escaping @Sendable (ServerStream) -> any StreamHandler) throws(Errno) {
    socket = try UnixSocket.listen(at: path)
    pipe = try WakePipe()
    try Thread.detach { self.serve(accept) }
  }

  /// Ends every connection and listens no more: when this returns, another server may have the path.
  package func stop() {
    let connections = state.withLock { state in
      state.isStopped = true
      defer { state.connections = [:] }
      return state.connections
    }
    for connection in connections.values { connection.close() }
    socket.shutDown()
    // The kernel does not wake a poll for that.
    pipe.wake()
  }

  private func serve(_ accept: @escaping @Sendable (ServerStream) -> any StreamHandler) {
    let interests = [(pipe.descriptor, true, false), (socket.rawValue, true, false)]
    while (try? Poll.wait(interests, timeout: nil)) != nil {
      do throws(Errno) {
        while let client = try UnixSocket.accept(on: socket) { add(client, accept) }
      } catch {
        // Descriptors may have run out: a poll would come back at once, and so would this.
        Thread.sleep(.milliseconds(10))
      }
      // Only now: whoever was still in the queue has been taken and dropped.
      if state.withLock({ $0.isStopped }) { return }
    }
  }

  private func add(
    _ client: consuming Descriptor, _ accept: @escaping @Sendable (ServerStream) -> any StreamHandler
  ) {
    let number = client.release()
    state.withLock { state in
      let client = Descriptor(owning: number)
      if state.isStopped { return }
      state.count += 1
      let key = state.count
      // A connection that ends at once waits here for the lock, so it is kept before it is let go.
      state.connections[key] = try? Connection(serving: client, accept: accept) { [weak self] in
        self?.remove(key)
      }
    }
  }

  private func remove(_ key: Int) {
    // Let go outside the lock: its end posts to a mailbox.
    let connection = state.withLock { $0.connections.removeValue(forKey: key) }
    _ = connection
  }
}
