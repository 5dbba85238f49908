internal import CRIHTTP2
package import CRISystem

/// Answers calls on a unix socket. It is what the simulated runtime stands on.
package final class Server: Sendable {
  private let listener: Listener

  /// - Parameter handle: called for each request, in a task that is cancelled when its client goes.
  package init(at path: String, handle: @escaping @Sendable (ServerCall) async -> Void) throws(Errno) {
    listener = try Listener(at: path) { RequestReader($0, handle: handle) }
  }

  /// Ends all connections at once and listens no more: when this returns, another server may have the path.
  package func stop() { listener.stop() }
}
