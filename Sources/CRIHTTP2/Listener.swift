package import CRISystem

/// Serves clients on a unix socket, one thread a connection.
package final class Listener: Sendable {
  private let state: Locked<(connections: [Connection], isStopped: Bool)>
  private let pipe: WakePipe

  /// - Parameter accept: gives each new stream its handler; called on the connection's thread.
  package init(at path: String, accept: @escaping @Sendable (ServerStream) -> any StreamHandler) throws(Errno)
  {
    let socket = try UnixSocket.listen(at: path)
    pipe = try WakePipe()
    state = Locked(([], false))
    let number = socket.release()
    try Thread.detach { [self] in
      let socket = Descriptor(owning: number)
      self.serve(socket, accept: accept)
    }
  }

  /// Ends every connection and listens no more.
  package func stop() {
    let connections = state.withLock { state in
      state.isStopped = true
      defer { state.connections = [] }
      return state.connections
    }
    for connection in connections { connection.close() }
    pipe.wake()
  }

  private func serve(
    _ socket: borrowing Descriptor, accept: @escaping @Sendable (ServerStream) -> any StreamHandler
  ) {
    while !state.withLock({ $0.isStopped }) {
      guard
        (try? Poll.wait([(pipe.descriptor, true, false), (socket.rawValue, true, false)], timeout: nil))
          != nil
      else { return }
      while let client = try? UnixSocket.accept(on: socket) {
        guard let connection = try? Connection(serving: client, accept: accept) else { continue }
        state.withLock { state in
          // Finished connections are let go when new ones come.
          state.connections.removeAll { $0.refusal != nil }
          state.connections.append(connection)
        }
      }
    }
  }
}
