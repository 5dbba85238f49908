package import CRIHTTP2
package import CRISystem

/// A gRPC server, which the simulated runtime uses.
package final class Server: Sendable {
  private let listener: Listener

  /// Listens on a unix socket at `path`.
  /// - Parameter handle: Called for each request, in a task that is cancelled when the client cancels or disconnects.
  /// - Throws: The error number if the socket cannot be created.
  package convenience init(
    at path: String, handle: @escaping @Sendable (ServerCall) async -> Void
  ) throws(Errno) {
    try self.init(at: .unix(path: path), handle: handle)
  }

  /// Listens at `address`; TCP port 0 lets the kernel choose one.
  package init(
    at address: ServerAddress, handle: @escaping @Sendable (ServerCall) async -> Void
  ) throws(Errno) {
    listener = try Listener(at: address) { RequestReader($0, handle: handle) }
  }

  /// The TCP port; nil for a unix socket.
  package var port: UInt16? { listener.port }

  /// Closes all connections and the socket. When this returns, another server can listen at the path.
  package func stop() { listener.stop() }
}
