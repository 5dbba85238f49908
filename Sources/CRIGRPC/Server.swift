internal import CRIHTTP2
package import CRISystem

/// A gRPC server on a unix socket, which the simulated runtime uses.
package final class Server: Sendable {
  private let listener: Listener

  /// Listens at `path`.
  /// - Parameter handle: Called for each request, in a task that is cancelled when the client cancels or disconnects.
  /// - Throws: The error number if the socket cannot be created.
  package init(at path: String, handle: @escaping @Sendable (ServerCall) async -> Void) throws(Errno) {
    listener = try Listener(at: path) { RequestReader($0, handle: handle) }
  }

  /// Closes all connections and the socket. When this returns, another server can listen at the path.
  package func stop() { listener.stop() }
}
